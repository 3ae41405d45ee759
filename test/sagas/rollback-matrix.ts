import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, call, clearFaults, ended, endedWithRetries, eventually, saga, through } from '../support/api.js';
import { type OwnGateway, ownGateway } from '../support/gateway.harness.js';
import { killAndAwaitRestart } from '../support/processes.js';
import { system } from '../support/system.js';
import { type Cell, cellsOf, holdAt, holdEverywhere, pivotOf, type Profile, type Run } from './rollback-matrix.harness.js';
import type { FaultKind } from './matrix-sample.js';
import { expectRefused, expectSealed } from './rolled-back.harness.js';
import { answerTo, landed, refusalOf, type Step } from './step-target.harness.js';

/** Much longer than a compensable step of an impatient saga is tried, so that the effect lands after the undo even on a busy machine. */
const LATE_MS = 14_000;
const IMPATIENT = { SAGA_FAST_STEP_MS: 500, SAGA_STEP_DEADLINE_MS: 4_000, SAGA_ATTENTION_AFTER_MS: 2_000 };
/** Sagas whose first tries are short and whose deadlines pass on no machine, while runs of all sagas are being brought to all steps. */
const STEADY = { SAGA_FAST_STEP_MS: 500, SAGA_STEP_DEADLINE_MS: 120_000, SAGA_ATTENTION_AFTER_MS: 2_000 };
/** Longer than a first try. */
const SLOW_MS = 3_000;
/** Longer than it takes to bring a run to every step and to kill the worker, on whatever machine; nobody waits for its end. */
const HOLD_MS = 90_000;
/** Sagas that do not give up meanwhile. */
const PATIENT = { SAGA_FAST_STEP_MS: 120_000, SAGA_STEP_DEADLINE_MS: 300_000, SAGA_ATTENTION_AFTER_MS: 300_000 };

async function expectDone({ cell: { profile }, sagaId, businessId }: Run): Promise<void> {
  const { state, steps, held } = await ended(sagaId);
  expect(state).toBe('COMPLETED');
  expect(held).toEqual([]);
  expect(steps.map((step) => [step.name, step.state])).toEqual(profile.steps.map(({ name }) => [name, 'DONE']));
  await profile.subject.expectDone(businessId);
}

/**
 * Nothing is left of the saga.
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
 * Each step × {refused, failing before the effect, failing beyond the deadline, effect with a lost answer, effect after the undo, abort,
 * worker killed}. Generated from the steps that runs of the sagas have had, so a new step is in it without anybody's help. The runs for one
 * kind of fault are all under way at once, as most of their time is waiting.
 *
 * @param profiles sagas whose steps and compensations do not call what compensations of the others call.
 * @param expectAddsUp asserts what must be so of the whole world, whatever has become of the single runs.
 * @param isIn whether a kind of fault strikes the saga that has this place among them.
 */
export function describeRollbackMatrix(
  profiles: readonly Profile[],
  expectAddsUp: () => Promise<void>,
  isIn: (place: number, kind: FaultKind) => boolean,
): void {
  const struckBy = (kind: FaultKind) => profiles.filter((_profile, place) => isIn(place, kind));
  /** The cells of the sagas that are struck by this kind of fault. */
  function cellsFor(kind: FaultKind) {
    const all = struckBy(kind).flatMap(cellsOf);
    const ofKind = (...kinds: Step['kind'][]) => all.filter(({ step }) => kinds.includes(step.kind));
    return {
      all,
      compensable: ofKind('compensable'),
      upToPivot: ofKind('compensable', 'pivot'),
      pivot: ofKind('pivot'),
      retriable: ofKind('retriable'),
      /** The pivot and what follows it: in its own time each is done, or it is refused. */
      final: ofKind('pivot', 'retriable'),
    };
  }

  let impatient: OwnGateway;
  let steady: OwnGateway;
  beforeAll(async () => {
    impatient = await ownGateway({ CHAOS: true, ...IMPATIENT });
    steady = await ownGateway({ CHAOS: true, ...STEADY });
  });
  afterAll(() => Promise.all([impatient.close(), steady.close()]));

  /** Starts runs for all cells before the tests of one `describe`. @returns a test for each cell, which gets its run. */
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

  /** Holds the final steps first and lets them go again: else they would be in the way of the deadlines of the others. */
  async function holdAndClear(
    { final, compensable }: ReturnType<typeof cellsFor>,
    fault: Parameters<typeof holdAt>[1],
    arrived?: (run: Run) => void,
  ): Promise<Run[]> {
    const runs = await holdAt(final, fault, arrived);
    await clearFaults();
    return [...runs, ...(await holdAt(compensable, fault, arrived))];
  }

  describe('when a participant fails before the effect and then recovers', () => {
    const cells = cellsFor('error');
    const itEach = prepareRuns(async () => {
      const runs = await through(steady.url, () => holdAndClear(cells, { mode: 'error' }));
      await clearFaults();
      return runs;
    });
    itEach('it goes on', cells.all, async (run) => {
      await expectDone(run);
      const { steps } = await saga(run.sagaId);
      expect(steps.find(({ name }) => name === run.cell.step.name)?.attempts).toBeGreaterThan(1);
    });
  });

  describe('when the answers of a step and of all after it are lost', () => {
    const cells = cellsFor('lost answer');
    const itEach = prepareRuns(() => through(steady.url, () => holdAt(cells.all, { mode: 'drop-response' })));
    itEach('each has its effect once', cells.all, expectDone);
  });

  describe('when a participant refuses', () => {
    const cells = cellsFor('refusal');
    const itEach = prepareRuns(() => through(steady.url, () => holdAndClear(cells, { mode: 'refuse' })));
    itEach('everything is rolled back', cells.upToPivot, async (run) => {
      await refusedAt(run, run.cell.step);
      const { steps } = await saga(run.sagaId);
      expect(steps.find(({ name }) => name === run.cell.step.name)?.state).toBe('REFUSED');
    });
    itEach('it waits for an operator, and goes on with the retry', cells.retriable, async (run) => {
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

  describe('when a participant fails beyond the deadline', () => {
    const cells = cellsFor('unavailable');
    const itEach = prepareRuns(() => through(impatient.url, () => holdAt(cells.compensable, { mode: 'error' })));
    itEach('everything is rolled back', cells.compensable, (run) => expectRolledBack(run, 'PARTICIPANT_UNAVAILABLE'));
  });

  describe('when an effect comes late', () => {
    const cells = cellsFor('late effect');
    const itEach = prepareRuns(() => through(impatient.url, () => holdAndClear(cells, { mode: 'delay', delayMs: LATE_MS })));
    itEach('it is waited for', cells.final, expectDone);
    itEach('it is refused after its undo', cells.compensable, async (run) => {
      await expectRolledBack(run, 'PARTICIPANT_UNAVAILABLE');
      expect(await landed(run.sagaId, run.cell.step)).toMatchObject({ status: 409 });
      await expectRolledBack(run, 'PARTICIPANT_UNAVAILABLE');
    });
  });

  describe('when it is aborted meanwhile', () => {
    const cells = cellsFor('abort');
    const answers = new Map<Cell, Promise<Answer<{ code?: string; state?: string }>>>();
    const abort = ({ cell, sagaId }: Run) => void answers.set(cell, call('POST', `/v1/sagas/${sagaId}/abort`));
    const itEach = prepareRuns(async () => {
      const runs = await through(steady.url, () => holdAndClear(cells, { mode: 'delay', delayMs: SLOW_MS }, abort));
      await Promise.all(answers.values());
      return runs;
    });
    itEach('that is refused, and it goes on', cells.retriable, async (run) => {
      const { status, body } = (await answers.get(run.cell))!;
      expect([status, body.code]).toEqual([409, 'SAGA_PAST_PIVOT']);
      await expectDone(run);
    });
    itEach('the seal decides, and the answer says how', cells.pivot, async (run) => {
      const { status, body } = (await answers.get(run.cell))!;
      const { state } = await ended(run.sagaId);
      // The saga has been decided about by then, or the answer says that it is still under way.
      if (status === 409) expect([state, body.code]).toEqual(['COMPLETED', 'SAGA_PAST_PIVOT']);
      else expect(status, JSON.stringify(body)).toBe(202);
      if (body.state?.startsWith('COMPENSAT')) expect(state).toBe('COMPENSATED');
      await (state === 'COMPLETED' ? expectDone(run) : expectRolledBack(run, 'ABORTED'));
      expect((await landed(run.sagaId, run.cell.step, 'sealed'))?.status).toBe(state === 'COMPLETED' ? 200 : 409);
    });
    itEach('everything is rolled back', cells.compensable, async (run) => {
      expect((await answers.get(run.cell))?.status).toBe(202);
      await expectRolledBack(run, 'ABORTED');
      await landed(run.sagaId, run.cell.step);
      await expectRolledBack(run, 'ABORTED');
    });
  });

  /**
   * The worker dies of SIGKILL while it has a run at each boundary between two steps, and between two compensations. First tries that may take
   * long keep each run in its first workflow task, as it is in an undisturbed run: nothing of it is recorded, and all of it is done again.
   */
  it('survives a worker that is killed at every step boundary', async () => {
    const killed = struckBy('kill');
    const gateway = await ownGateway({ CHAOS: true, ...PATIENT });
    try {
      const [forward, turned] = await through(gateway.url, () => holdEverywhere(killed, { mode: 'delay', delayMs: HOLD_MS }));
      for (const { cell, sagaId } of [...forward, ...turned])
        expect(await answerTo(sagaId, cell.step), `${titleOf(cell)} has gone on before the worker was killed`).toBeUndefined();
      // The new worker must not meet the faults of the old one.
      await Promise.all([killAndAwaitRestart('gateway', system().gatewayUrl), through(gateway.url, clearFaults)]);
      for (const run of forward) await expectDone(run);
      for (const run of turned) await refusedAt(run, pivotOf(run.cell.profile));

      for (const profile of killed) {
        const swept = [...forward, ...turned].filter(({ cell }) => cell.profile === profile).length;
        const boundaries = profile.steps.length + profile.compensations.length;
        process.stdout.write(`  ${profile.subject.saga}: worker killed at each step boundary, swept ${swept} of ${boundaries}\n`);
        expect(swept).toBe(boundaries);
      }
    } finally {
      await clearFaults();
      await gateway.close();
    }
  });

  it('leaves a world that adds up', () => expect(expectAddsUp()).resolves.toBeUndefined());
}
