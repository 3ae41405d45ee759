import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { givenEnvironment } from '../../libs/config/settings.js';
import { type Answer, call, clearFaults, ended, endedWithRetries, eventually, saga, viaGateway } from '../support/api.js';
import { type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { killAndAwaitRestart } from '../support/processes.js';
import { system } from '../support/system.js';
import { type Cell, cellsOf, runUpTo, runUpToEachStep, pivotOf, type Profile, type Run } from './rollback-matrix.harness.js';
import { expectRefused, expectSealed } from './rolled-back.harness.js';
import { answerTo, answered, refusalOf, type Step } from './step-target.harness.js';

/**
 * The rollback matrix: every saga × every step × every fault. The steps come from runs of the sagas, so a new step is in the matrix by itself.
 *
 * | fault         | compensable step                  | pivot                  | retriable step               |
 * | ------------- | --------------------------------- | ---------------------- | ---------------------------- |
 * | `error`       | retried, completes                | retried, completes     | retried, completes           |
 * | `lost answer` | one effect, completes             | one effect, completes  | one effect, completes        |
 * | `refusal`     | rolled back                       | rolled back            | an operator retries it       |
 * | `unavailable` | rolled back after the deadline    |                        |                              |
 * | `late effect` | rolled back, the effect is refused | waits, completes      | waits, completes             |
 * | `abort`       | rolled back                       | the seal decides       | the abort is refused         |
 * | `kill`        | another worker completes the run, at every step and at every compensation                           |
 */
const faultKinds = ['error', 'lost answer', 'refusal', 'unavailable', 'late effect', 'abort', 'kill'] as const;
type FaultKind = (typeof faultKinds)[number];

const isWhole = givenEnvironment()['MATRIX'] === 'whole';

/**
 * Whether a fault is injected into the saga at this place of its group. Each saga gets every second kind, and its neighbour gets the other
 * kinds, so each kind is tried in each group. `MATRIX=whole` injects every kind into every saga.
 */
const isSelected = (place: number, kind: FaultKind): boolean => isWhole || (place + faultKinds.indexOf(kind)) % 2 === 0;

/** First attempts are short, and no deadline passes while runs of all sagas are brought to all steps. */
const STEADY = { SAGA_FAST_STEP_MS: 500, SAGA_STEP_DEADLINE_MS: 120_000, SAGA_ATTENTION_AFTER_MS: 2_000 };
/** The deadline of a compensable step passes soon. */
const IMPATIENT = { SAGA_FAST_STEP_MS: 500, SAGA_STEP_DEADLINE_MS: 4_000, SAGA_ATTENTION_AFTER_MS: 2_000 };
/** First attempts are so long that each run stays in its first workflow task. */
const PATIENT = { SAGA_FAST_STEP_MS: 120_000, SAGA_STEP_DEADLINE_MS: 300_000, SAGA_ATTENTION_AFTER_MS: 300_000 };

/** Longer than a first attempt. */
const SLOW_MS = 3_000;
/** Much longer than an impatient saga tries a step, so that the effect comes after the compensation on a busy machine, too. */
const LATE_MS = 14_000;
/** Longer than it takes to bring a run to every step and to kill the worker. No test waits for its end. */
const UNTIL_KILLED_MS = 90_000;

async function expectDone({ cell: { profile }, sagaId, businessId }: Run): Promise<void> {
  const { state, steps, held } = await ended(sagaId);
  expect(state).toBe('COMPLETED');
  expect(held).toEqual([]);
  expect(steps.map((step) => [step.name, step.state])).toEqual(profile.steps.map(({ name }) => [name, 'DONE']));
  await profile.subject.expectDone(businessId);
}

/**
 * Asserts that the saga has left nothing.
 *
 * @param isProven whether a refusal in a first run proves how far the saga has come. Otherwise the pivots are sealed, and steps that have
 *   not begun are compensated, too.
 */
async function expectRolledBack({ cell: { profile }, sagaId, businessId }: Run, code: string, isProven = false): Promise<void> {
  const read = await ended(sagaId);
  if (isProven) expectRefused(read, profile.outline);
  else expectSealed(read, profile.outline);
  const began = read.steps.filter(({ compensates, startedAt }) => compensates === undefined && startedAt !== null);
  const names = profile.outline.map(({ name }) => name).filter((name) => began.some((step) => step.name === name));
  expect(began.map(({ name }) => name)).toEqual(names);
  const compensated = read.steps.some(({ compensates }) => compensates !== undefined);
  await profile.subject.expectRolledBack(businessId, code, compensated);
}

const refusedAt = (run: Run, step: Step) => expectRolledBack(run, refusalOf(step), true);

const titleOf = ({ profile: { subject }, step: { name, kind } }: Cell) => `${subject.saga}, step "${name}" (${kind})`;

/**
 * Declares the tests of the matrix. The runs for one kind of fault are in progress at the same time, because most of their time is waiting.
 *
 * @param profiles sagas whose steps and compensations call no operation that a compensation of another saga calls.
 * @param assertConsistent asserts what must hold across all services after all runs.
 */
export function describeRollbackMatrix(profiles: readonly Profile[], assertConsistent: () => Promise<void>): void {
  const sagasWith = (kind: FaultKind) => profiles.filter((_profile, place) => isSelected(place, kind));
  /** The cells of the sagas that get this kind of fault. */
  function cellsFor(kind: FaultKind) {
    const all = sagasWith(kind).flatMap(cellsOf);
    const ofKind = (...kinds: Step['kind'][]) => all.filter(({ step }) => kinds.includes(step.kind));
    return {
      all,
      compensable: ofKind('compensable'),
      upToPivot: ofKind('compensable', 'pivot'),
      pivot: ofKind('pivot'),
      retriable: ofKind('retriable'),
      /** The pivot and the steps after it. */
      final: ofKind('pivot', 'retriable'),
    };
  }

  let impatient: GatewayHarness;
  let steady: GatewayHarness;
  beforeAll(async () => {
    impatient = await startTestGateway({ CHAOS: true, ...IMPATIENT });
    steady = await startTestGateway({ CHAOS: true, ...STEADY });
  });
  afterAll(() => Promise.all([impatient.close(), steady.close()]));

  /** Starts runs for all cells before the tests of a `describe`. @returns a function that declares a test for each cell. */
  function prepareRuns(start: () => Promise<Run[]>) {
    let runs = new Map<Cell, Run>();
    beforeAll(async () => {
      runs = new Map((await start()).map((run) => [run.cell, run]));
    });
    afterAll(clearFaults);
    return (outcome: string, some: readonly Cell[], check: (run: Run) => Promise<void>) =>
      it.each(some.map((cell) => [titleOf(cell), cell] as const))(`%s: ${outcome}`, async (title, cell) => {
        const run = runs.get(cell);
        expect(run, title).toBeDefined();
        await check(run!);
      });
  }

  /** Brings runs to the final steps first and clears their faults, so that they do not delay the runs at compensable steps. */
  async function runUpToEach(
    { final, compensable }: ReturnType<typeof cellsFor>,
    fault: Parameters<typeof runUpTo>[1],
    arrived?: (run: Run) => void,
  ): Promise<Run[]> {
    const runs = await runUpTo(final, fault, arrived);
    await clearFaults();
    return [...runs, ...(await runUpTo(compensable, fault, arrived))];
  }

  describe('error: a participant fails before the effect and then recovers', () => {
    const cells = cellsFor('error');
    const itEach = prepareRuns(async () => {
      const runs = await viaGateway(steady.url, () => runUpToEach(cells, { mode: 'error' }));
      await clearFaults();
      return runs;
    });
    itEach('completes', cells.all, async (run) => {
      await expectDone(run);
      const { steps } = await saga(run.sagaId);
      expect(steps.find(({ name }) => name === run.cell.step.name)?.attempts).toBeGreaterThan(1);
    });
  });

  describe('lost answer: the answers of a step and of all later steps are lost', () => {
    const cells = cellsFor('lost answer');
    const itEach = prepareRuns(() => viaGateway(steady.url, () => runUpTo(cells.all, { mode: 'drop-response' })));
    itEach('has one effect per step', cells.all, expectDone);
  });

  describe('refusal: a participant refuses', () => {
    const cells = cellsFor('refusal');
    const itEach = prepareRuns(() => viaGateway(steady.url, () => runUpToEach(cells, { mode: 'refuse' })));
    itEach('is rolled back', cells.upToPivot, async (run) => {
      await refusedAt(run, run.cell.step);
      const { steps } = await saga(run.sagaId);
      expect(steps.find(({ name }) => name === run.cell.step.name)?.state).toBe('REFUSED');
    });
    itEach('waits for an operator and completes with the retry', cells.retriable, async (run) => {
      const { name } = run.cell.step;
      await eventually(
        () => saga(run.sagaId),
        ({ steps }) => steps.some((step) => step.name === name && step.state === 'NEEDS_ATTENTION'),
      );
      const { steps } = await endedWithRetries(run.sagaId);
      expect(steps.find((step) => step.name === name)?.resolutions).toMatchObject([{ action: 'retry' }]);
      await expectDone(run);
    });
  });

  describe('unavailable: a participant fails beyond the deadline', () => {
    const cells = cellsFor('unavailable');
    const itEach = prepareRuns(() => viaGateway(impatient.url, () => runUpTo(cells.compensable, { mode: 'error' })));
    itEach('is rolled back', cells.compensable, (run) => expectRolledBack(run, 'PARTICIPANT_UNAVAILABLE'));
  });

  describe('late effect: the effect comes after the deadline', () => {
    const cells = cellsFor('late effect');
    const itEach = prepareRuns(() => viaGateway(impatient.url, () => runUpToEach(cells, { mode: 'delay', delayMs: LATE_MS })));
    itEach('waits for the effect', cells.final, expectDone);
    itEach('is rolled back, and the late effect is refused', cells.compensable, async (run) => {
      await expectRolledBack(run, 'PARTICIPANT_UNAVAILABLE');
      expect(await answered(run.sagaId, run.cell.step)).toMatchObject({ status: 409 });
      await expectRolledBack(run, 'PARTICIPANT_UNAVAILABLE');
    });
  });

  describe('abort: an operator aborts the saga', () => {
    const cells = cellsFor('abort');
    const answers = new Map<Cell, Promise<Answer<{ code?: string; state?: string }>>>();
    const abort = ({ cell, sagaId }: Run) => void answers.set(cell, call('POST', `/v1/sagas/${sagaId}/abort`));
    const itEach = prepareRuns(async () => {
      const runs = await viaGateway(steady.url, () => runUpToEach(cells, { mode: 'delay', delayMs: SLOW_MS }, abort));
      await Promise.all(answers.values());
      return runs;
    });
    itEach('refuses the abort and completes', cells.retriable, async (run) => {
      const { status, body } = (await answers.get(run.cell))!;
      expect([status, body.code]).toEqual([409, 'SAGA_PAST_PIVOT']);
      await expectDone(run);
    });
    itEach('follows the seal, as the answer says', cells.pivot, async (run) => {
      const { status, body } = (await answers.get(run.cell))!;
      const { state } = await ended(run.sagaId);
      // The seal has decided by then, or the answer says that the saga is still in progress.
      if (status === 409) expect([state, body.code]).toEqual(['COMPLETED', 'SAGA_PAST_PIVOT']);
      else expect(status, JSON.stringify(body)).toBe(202);
      if (body.state?.startsWith('COMPENSAT')) expect(state).toBe('COMPENSATED');
      await (state === 'COMPLETED' ? expectDone(run) : expectRolledBack(run, 'ABORTED'));
      expect((await answered(run.sagaId, run.cell.step, 'sealed'))?.status).toBe(state === 'COMPLETED' ? 200 : 409);
    });
    itEach('is rolled back', cells.compensable, async (run) => {
      expect((await answers.get(run.cell))?.status).toBe(202);
      await expectRolledBack(run, 'ABORTED');
      await answered(run.sagaId, run.cell.step);
      await expectRolledBack(run, 'ABORTED');
    });
  });

  /**
   * SIGKILL ends the worker while a run is at each step and at each compensation. Long first attempts keep each run in its first workflow
   * task, so Temporal has recorded nothing and the next worker repeats everything.
   */
  it('kill: survives a worker that is killed at every step boundary', async () => {
    const killed = sagasWith('kill');
    const gateway = await startTestGateway({ CHAOS: true, ...PATIENT });
    try {
      const [forward, rolledBack] = await viaGateway(gateway.url, () =>
        runUpToEachStep(killed, { mode: 'delay', delayMs: UNTIL_KILLED_MS }),
      );
      for (const { cell, sagaId } of [...forward, ...rolledBack])
        expect(await answerTo(sagaId, cell.step), `${titleOf(cell)} went on before the worker was killed`).toBeUndefined();
      // The next worker must not meet these faults.
      await Promise.all([killAndAwaitRestart('gateway', system().gatewayUrl), viaGateway(gateway.url, clearFaults)]);
      for (const run of forward) await expectDone(run);
      for (const run of rolledBack) await refusedAt(run, pivotOf(run.cell.profile));

      for (const profile of killed) {
        const swept = [...forward, ...rolledBack].filter(({ cell }) => cell.profile === profile).length;
        const boundaries = profile.steps.length + profile.compensations.length;
        process.stdout.write(`  ${profile.subject.saga}: worker killed at each step boundary, swept ${swept} of ${boundaries}\n`);
        expect(swept).toBe(boundaries);
      }
    } finally {
      await clearFaults();
      await gateway.close();
    }
  });

  it('leaves all services consistent', () => expect(assertConsistent()).resolves.toBeUndefined());
}
