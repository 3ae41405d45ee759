import { Client, Connection } from '@temporalio/client';
import type { Fault } from '../../contracts/participant/fault.resource.js';
import type { OutlinedStep } from '../../contracts/saga/saga-outline.js';
import { outlineOf, type SagaType } from '../../workflows/outlines.js';
import { clearFaults, ended, eventually, setFault } from '../support/api.js';
import { startedWith } from '../support/started-with.js';
import { system } from '../support/system.js';
import { answered, type Step, type Target, targetOf } from './step-target.harness.js';

/** A saga that the matrix starts many times, and the assertions after it. */
export interface MatrixSaga {
  saga: string;
  /** Creates the saga's object if it must exist before. @returns its business id. */
  prepare?: () => Promise<string>;
  start: (prepared: string) => Promise<{ sagaId: string; businessId: string }>;
  /** Asserts every service's state after the saga has completed. */
  expectDone: (businessId: string) => Promise<void>;
  /**
   * Asserts every service's state after the saga has rolled back.
   * @param compensated whether any step was compensated. A refusal of the first step leaves no trace of the attempt.
   */
  expectRolledBack: (businessId: string, code: string, compensated: boolean) => Promise<void>;
}

/** A saga with the steps that two runs of it have shown, and with the steps that it declares. */
export interface Profile {
  subject: MatrixSaga;
  /** The steps of a run that completed. */
  steps: Step[];
  /** The steps that the saga declares for the request of that run. */
  outline: OutlinedStep[];
  /** The compensations of a run that was refused at its pivot. */
  compensations: Step[];
}

/** One step of one saga. */
export interface Cell {
  profile: Profile;
  step: Step;
  /** The steps that the run passes before this one. */
  before: Step[];
}

export interface Run {
  cell: Cell;
  sagaId: string;
  businessId: string;
}

/** The effect of a fault. */
type InjectedFault = Pick<Fault, 'mode' | 'delayMs'>;

/** More often than any step is tried. A smaller number left means that the fault has occurred. */
const ALWAYS = 1_000_000;

/** Injects a fault that occurs until it is cleared. */
const injectFault = (target: Target, fault: InjectedFault) => setFault({ ...target, ...fault, times: ALWAYS });

/** Removes the fault of one operation and no other. */
const removeFault = (target: Target) => setFault({ ...target, mode: 'error', probability: 0 });

export const pivotOf = ({ steps }: Pick<Profile, 'steps'>): Step => steps.find(({ kind }) => kind === 'pivot')!;

const prepareAll = (subjects: readonly MatrixSaga[]) =>
  Promise.all(subjects.map(async ({ prepare }) => (await prepare?.()) ?? ''));

/** Reads the steps of sagas from two runs of each, so that the matrix includes a new step by itself. */
export async function profilesOf(subjects: readonly MatrixSaga[]): Promise<Profile[]> {
  const runAll = async (prepared: readonly string[]) => {
    const runs = await Promise.all(subjects.map(({ start }, index) => start(prepared[index]!)));
    return Promise.all(runs.map(async ({ sagaId }) => ({ sagaId, steps: (await ended(sagaId)).steps })));
  };
  const done = await runAll(await prepareAll(subjects));
  const outlines = await outlinesOf(done.map(({ sagaId }) => sagaId));
  const prepared = await prepareAll(subjects);
  for (const { steps } of done) await injectFault(targetOf(pivotOf({ steps })), { mode: 'refuse' });
  const rolledBack = await runAll(prepared);
  await clearFaults();
  return subjects.map((subject, index) => ({
    subject,
    steps: done[index]!.steps,
    outline: outlines[index]!,
    compensations: rolledBack[index]!.steps.filter(({ compensates }) => compensates !== undefined),
  }));
}

/** The steps that sagas declare for the requests of these runs. */
async function outlinesOf(sagaIds: readonly string[]): Promise<OutlinedStep[][]> {
  const connection = await Connection.connect({ address: system().temporalAddress });
  try {
    const client = new Client({ connection });
    const started = await Promise.all(sagaIds.map((sagaId) => startedWith(client, sagaId)));
    return started.map(({ type, request }) => outlineOf(type as SagaType, request as never).steps);
  } finally {
    await connection.close();
  }
}

/** A cell for each step of a run that completes. */
export const cellsOf = (profile: Profile): Cell[] =>
  profile.steps.map((step, index) => ({ profile, step, before: profile.steps.slice(0, index) }));

/** A cell for each compensation of a run that is refused at its pivot. */
export const compensationCellsOf = (profile: Profile): Cell[] => {
  const taken = profile.steps.filter(({ kind }) => kind === 'compensable');
  return profile.compensations.map((step, index) => ({
    profile,
    step,
    before: [...taken, ...profile.compensations.slice(0, index)],
  }));
};

/** Starts a run for each cell and brings it to the cell's step, where the fault occurs. */
export async function runUpTo(cells: readonly Cell[], fault: InjectedFault, arrived?: (run: Run) => void): Promise<Run[]> {
  return bringToStep(await prepare(cells), fault, arrived);
}

/**
 * Brings runs to every step, and runs that are refused at their pivot to every compensation.
 * @returns the runs at steps, then the runs at compensations.
 */
export async function runUpToEachStep(profiles: readonly Profile[], fault: InjectedFault): Promise<[Run[], Run[]]> {
  const forward = await prepare(profiles.flatMap(cellsOf));
  const rolledBack = await prepare(profiles.flatMap(compensationCellsOf));
  const pivots = profiles.filter(({ compensations }) => compensations.length > 0).map((profile) => targetOf(pivotOf(profile)));
  for (const pivot of pivots) await injectFault(pivot, { mode: 'refuse' });
  const rolledBackRuns = await bringToStep(rolledBack, fault);
  for (const pivot of pivots) await removeFault(pivot);
  return [await bringToStep(forward, fault), rolledBackRuns];
}

interface Prepared extends Cell {
  cell: Cell;
  prepared: string;
}

/** Runs before any fault is injected, because other sagas create these objects. */
async function prepare(cells: readonly Cell[]): Promise<Prepared[]> {
  const prepared = await prepareAll(cells.map(({ profile }) => profile.subject));
  return cells.map((cell, index) => ({ ...cell, cell, prepared: prepared[index]! }));
}

/**
 * Brings one run after the other to its step, the last step first. A run passes operations at which other runs stop, so it goes before
 * their faults are injected.
 * @param arrived receives each run as soon as its fault has occurred.
 */
async function bringToStep(
  cells: readonly Prepared[],
  fault: InjectedFault,
  arrived: (run: Run) => void = () => {},
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const { cell, prepared } of lastFirst(cells)) {
    const target = targetOf(cell.step);
    await injectFault(target, fault);
    const run = { cell, ...(await cell.profile.subject.start(prepared)) };
    await eventually(
      () => faultsLeft(target),
      (times) => times < ALWAYS,
    );
    // Steps that begin together with this one may not be answered yet.
    await Promise.all(cell.before.map((step) => answered(run.sagaId, step)));
    arrived(run);
    runs.push(run);
  }
  return runs;
}

/** How often the operation's fault will still occur. */
async function faultsLeft({ participant, operation }: Target): Promise<number> {
  const { items } = (await (await fetch(new URL('/faults', system()[`${participant}Url`]))).json()) as { items: Fault[] };
  return items.find((fault) => fault.operation === operation)!.times!;
}

const isAt = (target: Target, { participant, operation }: Target) =>
  participant === target.participant && operation === target.operation;

/** An order in which no run passes a step at which an earlier run stops. */
function* lastFirst<Some extends Cell>(cells: readonly Some[]): Generator<Some> {
  const waiting = cells.toReversed();
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ step }) => {
      const target = targetOf(step);
      return !waiting.some(({ before }) => before.some((passed) => isAt(target, targetOf(passed))));
    });
    if (next === -1) throw new Error('These runs block each other: put their sagas into different groups.');
    yield* waiting.splice(next, 1);
  }
}
