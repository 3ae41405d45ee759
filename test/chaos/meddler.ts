import { WorkflowNotFoundError } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from '../../contracts/values/page.js';
import type { Saga, SagaSummary } from '../../contracts/saga/saga.resource.js';
import type { ChaosSystem } from './chaos-system.js';
import type { Client } from './client.js';
import type { Diary } from './diary.js';
import type { Dice } from './dice.js';
import type { Interference } from './schedule.js';

const NAMESPACE = 'default';
const LOOK_EVERY_MS = 1_000;
/** How long somebody who wants to delete a run waits for its end. */
const END_MS = 30_000;

/** The actions of operators on sagas, by the API and directly in Temporal. */
export class Meddler {
  constructor(
    private readonly system: ChaosSystem,
    private readonly client: Client,
    private readonly diary: Diary,
    private readonly dice: Dice,
  ) {}

  async meddle(sagaId: string, kind: Interference['kind']): Promise<void> {
    const outcome = await this.attempt(sagaId, kind).catch((error: Error) => `${error.name}: ${error.message.split('\n')[0]}`);
    this.diary.deed(sagaId, kind, outcome);
  }

  private async attempt(sagaId: string, kind: Interference['kind']): Promise<string> {
    const handle = this.system.temporal.workflow.getHandle(sagaId);
    switch (kind) {
      case 'abort': {
        const answer = await this.client.retry('POST', `/v1/sagas/${sagaId}/abort`, undefined, {
          'idempotency-key': randomUUID(),
        });
        return String(answer?.status ?? 'no answer');
      }
      case 'cancel':
        await handle.cancel();
        return 'cancelled';
      case 'terminate':
        await handle.terminate('chaos');
        return 'terminated';
      case 'reset':
        return this.reset(sagaId);
      case 'forget':
        return this.forget(sagaId);
      case 'garble':
        return this.garble(sagaId);
    }
  }

  /** Sends messages as the Temporal CLI does when its user has forgotten the input. None may be taken, and none may hurt. */
  private async garble(sagaId: string): Promise<string> {
    const handle = this.system.temporal.workflow.getHandle(sagaId);
    const sent = await Promise.allSettled([
      ...['resolve', 'approve', 'decline'].map((name) => handle.executeUpdate(name, { args: [null, 1] })),
      handle.executeUpdate('resolve', { args: [{ step: 1 }] }),
      ...['noteOrderFact', 'nonsense'].map((name) => handle.signal(name)),
      handle.query('timeline', { more: true }),
    ]);
    return sent.map(({ status }) => (status === 'fulfilled' ? 'taken' : 'refused')).join(', ');
  }

  /** To the end of its first workflow task, as an operator does who wants all of it to be run again. */
  private async reset(sagaId: string): Promise<string> {
    const { workflow } = this.system.temporal;
    const { runId } = await workflow.getHandle(sagaId).describe();
    const { events } = await workflow.getHandle(sagaId, runId).fetchHistory();
    const task = events?.find(({ workflowTaskCompletedEventAttributes: completed }) => completed);
    if (!task?.eventId) return 'nothing to reset to';
    await this.system.temporal.workflowService.resetWorkflowExecution({
      namespace: NAMESPACE,
      workflowExecution: { workflowId: sagaId, runId },
      workflowTaskFinishEventId: task.eventId,
      reason: 'chaos',
      requestId: randomUUID(),
    });
    return 'reset';
  }

  /**
   * Deletes the ended run, as Temporal does after its retention. Temporal's retention is longer than any outage, so the steps are stored
   * by then.
   */
  private async forget(sagaId: string): Promise<string> {
    const { workflow } = this.system.temporal;
    for (const deadline = Date.now() + END_MS; ; await delay(500)) {
      const { status, runId } = await workflow.getHandle(sagaId).describe();
      const hasSteps = status.name !== 'TERMINATED';
      if (status.name === 'RUNNING' || (hasSteps && !(await this.hasStoredSteps(sagaId, runId)))) {
        if (Date.now() > deadline) return status.name === 'RUNNING' ? 'still running' : 'its steps are not stored yet';
        continue;
      }
      await this.system.temporal.workflowService.deleteWorkflowExecution({
        namespace: NAMESPACE,
        workflowExecution: { workflowId: sagaId, runId },
      });
      break;
    }
    // The deletion is a task of the server's own.
    for (const deadline = Date.now() + END_MS; Date.now() < deadline; await delay(200)) {
      const gone = await workflow
        .getHandle(sagaId)
        .describe()
        .then(
          () => false,
          (error: unknown) => error instanceof WorkflowNotFoundError,
        );
      if (gone) return 'forgotten';
    }
    return 'not forgotten yet';
  }

  private async hasStoredSteps(sagaId: string, runId: string): Promise<boolean> {
    const stored = 'select from saga.ended_timeline where saga_id = $1 and run_id = $2';
    return (await this.system.database.query(stored, [sagaId, runId])).rowCount === 1;
  }

  /** Decides about sagas that need attention until the signal aborts: mostly retry, sometimes skip or done. */
  async decideUntil(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await delay(LOOK_EVERY_MS, undefined, { signal: over }).catch(() => {});
      for (const sagaId of await this.inNeed()) {
        if (this.dice.chance(0.4)) continue; // people are slow
        await this.decide(sagaId, this.dice.weighted({ retry: 8, skip: 1, done: 0.5 }));
      }
    }
  }

  /** Has everything tried again that needs attention now. @returns how many sagas that were. */
  async retryAll(): Promise<number> {
    const sagaIds = await this.inNeed();
    for (const sagaId of sagaIds) await this.decide(sagaId, 'retry');
    return sagaIds.length;
  }

  private async inNeed(): Promise<string[]> {
    const { status, body } = await this.client.once('GET', '/v1/sagas?state=NEEDS_ATTENTION&limit=200');
    return status === 200 ? (body as unknown as Page<SagaSummary>).items.map(({ sagaId }) => sagaId) : [];
  }

  private async decide(sagaId: string, action: 'retry' | 'skip' | 'done'): Promise<void> {
    const { status, body } = await this.client.once('GET', `/v1/sagas/${sagaId}`);
    if (status !== 200) return;
    const { steps } = body as unknown as Saga;
    // A terminated saga does not continue by itself.
    if (!steps.some(({ state }) => state === 'NEEDS_ATTENTION')) {
      const answer = await this.client.once('POST', `/v1/sagas/${sagaId}/settle`, { note: 'chaos' });
      this.diary.deed(sagaId, 'settle', String(answer.status));
      return;
    }
    for (const { name, state, kind, compensates } of steps) {
      // A step is shown as needing attention, too, while its compensation does. The decision is about the compensation.
      if (state !== 'NEEDS_ATTENTION' || (compensates === undefined && kind !== 'retriable')) continue;
      const decision = { step: name, action, note: 'chaos' };
      const answer = await this.client.once('POST', `/v1/sagas/${sagaId}/resolve`, decision, { 'idempotency-key': randomUUID() });
      this.diary.deed(sagaId, action, `${name}: ${answer.status}`);
    }
  }
}
