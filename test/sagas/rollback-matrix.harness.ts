import { Client, Connection } from '@temporalio/client';
import type { Fault } from '../../contracts/participant/fault.resource.js';
import type { OutlinedStep } from '../../contracts/saga/saga-outline.js';
import { outlineOf, type SagaType } from '../../workflows/outlines.js';
import { clearFaults, ended, eventually, setFault } from '../support/api.js';
import { startedWith } from '../support/started-with.js';
import { system } from '../support/system.js';
import { landed, type Step, type Target, targetOf } from './step-target.harness.js';

/** A saga that can be started again and again, and what the world must look like afterwards. */
export interface MatrixSubject {
  saga: string;
  /** Makes what the saga is to be about, if that is there before it. @returns its business id. */
  prepare?: () => Promise<string>;
  start: (prepared: string) => Promise<{ sagaId: string; businessId: string }>;
  /** Asserts the world after a saga that went through. */
  expectDone: (businessId: string) => Promise<void>;
  /**
   * Asserts the world after a saga that rolled back.
   * @param compensated whether anything was compensated; a refusal of the first step leaves not even a trace of the attempt.
   */
  expectRolledBack: (businessId: string, code: string, compensated: boolean) => Promise<void>;
}

/** A subject with the steps that its runs have, as two runs of it have shown, and with those that it declares. */
export interface Profile {
  subject: MatrixSubject;
  /** Of a run that went through. */
  steps: Step[];
  /** What the saga declares for the request of that run. */
  outline: OutlinedStep[];
  /** The compensations of a run that was refused at its pivot. */
  compensations: Step[];
}

/** A place in a run of a saga. */
export interface Cell {
  profile: Profile;
  step: Step;
  /** What such a run has behind it when it comes to the step. */
  before: Step[];
}

export interface Run {
  cell: Cell;
  sagaId: string;
  businessId: string;
}

/** What a fault does. */
type Strike = Pick<Fault, 'mode' | 'delayMs'>;

/** More often than anything is tried, so that how many are left tells whether a fault has struck. */
const ALWAYS = 1_000_000;

/** Sets a fault that strikes until it is cleared. */
const arm = (target: Target, fault: Strike) => setFault({ ...target, ...fault, times: ALWAYS });

/** Takes a fault of one operation back and leaves those of the others. */
const disarm = (target: Target) => setFault({ ...target, mode: 'error', probability: 0 });

export const pivotOf = ({ steps }: Pick<Profile, 'steps'>): Step => steps.find(({ kind }) => kind === 'pivot')!;

const prepareAll = (subjects: readonly MatrixSubject[]) =>
  Promise.all(subjects.map(async ({ prepare }) => (await prepare?.()) ?? ''));

/** Learns the steps of sagas from two runs of each, so that a new step is in the matrix without anybody's help. */
export async function profilesOf(subjects: readonly MatrixSubject[]): Promise<Profile[]> {
  const runAll = async (prepared: readonly string[]) => {
    const runs = await Promise.all(subjects.map(({ start }, index) => start(prepared[index]!)));
    return Promise.all(runs.map(async ({ sagaId }) => ({ sagaId, steps: (await ended(sagaId)).steps })));
  };
  const done = await runAll(await prepareAll(subjects));
  const outlines = await outlinesOf(done.map(({ sagaId }) => sagaId));
  const prepared = await prepareAll(subjects);
  for (const { steps } of done) await arm(targetOf(pivotOf({ steps })), { mode: 'refuse' });
  const turned = await runAll(prepared);
  await clearFaults();
  return subjects.map((subject, index) => ({
    subject,
    steps: done[index]!.steps,
    outline: outlines[index]!,
    compensations: turned[index]!.steps.filter(({ compensates }) => compensates !== undefined),
  }));
}

/** What sagas declare for the requests that these were started with. */
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

/** A cell for each step of the runs that go through. */
export const cellsOf = (profile: Profile): Cell[] =>
  profile.steps.map((step, index) => ({ profile, step, before: profile.steps.slice(0, index) }));

/** A cell for each compensation of the runs that are refused at their pivot. */
export const compensationCellsOf = (profile: Profile): Cell[] => {
  const taken = profile.steps.filter(({ kind }) => kind === 'compensable');
  return profile.compensations.map((step, index) => ({
    profile,
    step,
    before: [...taken, ...profile.compensations.slice(0, index)],
  }));
};

/** Starts a run for each cell and brings it to the cell's step, where the fault strikes it. */
export async function holdAt(cells: readonly Cell[], fault: Strike, arrived?: (run: Run) => void): Promise<Run[]> {
  return hold(await prepare(cells), fault, arrived);
}

/**
 * Brings runs to every step, and runs that are refused at their pivot to every compensation.
 * @returns the former, then the latter.
 */
export async function holdEverywhere(profiles: readonly Profile[], fault: Strike): Promise<[Run[], Run[]]> {
  const forward = await prepare(profiles.flatMap(cellsOf));
  const turned = await prepare(profiles.flatMap(compensationCellsOf));
  const pivots = profiles.filter(({ compensations }) => compensations.length > 0).map((profile) => targetOf(pivotOf(profile)));
  for (const pivot of pivots) await arm(pivot, { mode: 'refuse' });
  const turnedRuns = await hold(turned, fault);
  for (const pivot of pivots) await disarm(pivot);
  return [await hold(forward, fault), turnedRuns];
}

interface Prepared extends Cell {
  cell: Cell;
  prepared: string;
}

/** Before any fault is set, as it takes sagas, too, to make what a saga is about. */
async function prepare(cells: readonly Cell[]): Promise<Prepared[]> {
  const prepared = await prepareAll(cells.map(({ profile }) => profile.subject));
  return cells.map((cell, index) => ({ ...cell, cell, prepared: prepared[index]! }));
}

/**
 * One after the other. A run passes operations that others are held at, so each goes before those are armed: the last step first.
 * @param arrived is told of each run as soon as its fault has struck.
 */
async function hold(cells: readonly Prepared[], fault: Strike, arrived: (run: Run) => void = () => {}): Promise<Run[]> {
  const runs: Run[] = [];
  for (const { cell, prepared } of lastFirst(cells)) {
    const target = targetOf(cell.step);
    await arm(target, fault);
    const run = { cell, ...(await cell.profile.subject.start(prepared)) };
    await eventually(
      () => timesLeft(target),
      (times) => times < ALWAYS,
    );
    // Of steps that begin together the others may still be on their way.
    await Promise.all(cell.before.map((step) => landed(run.sagaId, step)));
    arrived(run);
    runs.push(run);
  }
  return runs;
}

/** How often the operation's fault will still strike. */
async function timesLeft({ participant, operation }: Target): Promise<number> {
  const { items } = (await (await fetch(new URL('/faults', system()[`${participant}Url`]))).json()) as { items: Fault[] };
  return items.find((fault) => fault.operation === operation)!.times!;
}

const isAt = (target: Target, { participant, operation }: Target) =>
  participant === target.participant && operation === target.operation;

/** An order in which no run has to pass what an earlier one is held at. */
function* lastFirst<Some extends Cell>(cells: readonly Some[]): Generator<Some> {
  const waiting = cells.toReversed();
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ step }) => {
      const target = targetOf(step);
      return !waiting.some(({ before }) => before.some((passed) => isAt(target, targetOf(passed))));
    });
    if (next === -1) throw new Error('These runs are in the way of each other: put their sagas into different groups.');
    yield* waiting.splice(next, 1);
  }
}
