import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Hold, HoldPage } from '../../../contracts/participant/hold.resource.js';
import { ParticipantUnavailableException } from '../../../libs/service-client/participant-unavailable.exception.js';
import type { ServiceApi } from '../../../libs/service-client/service-api.js';
import { describeRun } from '../../../libs/temporal/describe-run.js';
import { isEndedByForce, observedSaga } from '../observed-saga.js';
import type { SagaRegister } from '../saga-register.js';
import { type Owners, sagaOfId } from './saga-input.js';

/** The largest page of participants. */
const PAGE = 500;
/** Overdue locks are rare. If there are more pages, the next sweep starts from the beginning. */
const PAGES = 20;
/** Added to every deadline: steps that run at the deadline, and differences between clocks. */
const GRACE_MS = 60_000;

export interface OwnerSweepOptions {
  client: Client;
  register: SagaRegister;
  owners: Owners;
  /** The longest time to the pivot, and the longest wait for an approval. */
  forwardDeadlineMs: number;
  approvalWithinMs: number;
  log: Logger;
}

/**
 * Finds orders and trips that have waited for longer than any saga may take, and whose saga has no open run. Their sagas are
 * recorded as lost. This finds sagas that neither a run nor a row shows any more.
 */
export class OwnerSweep {
  constructor(private readonly options: OwnerSweepOptions) {}

  /** One sweep. An unavailable owner does not prevent the sweep of the other one. @returns how many lost sagas were found. */
  async sweep(now = Date.now()): Promise<number> {
    const { owners, log } = this.options;
    let found = 0;
    for (const ownerType of ['order', 'trip'] as const) {
      try {
        found += await this.sweepOwner(owners[ownerType], now);
      } catch (error) {
        if (!(error instanceof ParticipantUnavailableException)) throw error;
        log.warn({ owner: ownerType }, 'an owner is unavailable; the next sweep reads its locks again');
      }
    }
    return found;
  }

  private async sweepOwner(owner: ServiceApi, now: number): Promise<number> {
    let found = 0;
    let after: string | undefined;
    for (let page = 0; page < PAGES; page++) {
      const until = new Date(now - this.options.forwardDeadlineMs - GRACE_MS).toISOString();
      const { items, next } = await owner.get<HoldPage>('/holds', { limit: PAGE, after, until });
      found += await this.check(items.filter((hold) => this.isOverdue(hold, now)));
      if (next === null || next === after) break;
      after = next;
    }
    return found;
  }

  private isOverdue({ kind, state, heldSince }: Hold, now: number): boolean {
    const { forwardDeadlineMs, approvalWithinMs } = this.options;
    const allowedMs = forwardDeadlineMs + (state === 'AWAITING_APPROVAL' ? approvalWithinMs : 0) + GRACE_MS;
    return kind === 'lock' && now - Date.parse(heldSince) > allowedMs;
  }

  private async check(locks: readonly Hold[]): Promise<number> {
    if (locks.length === 0) return 0;
    const open = await this.options.register.open(locks.map(({ operationId }) => operationId ?? ''));
    let found = 0;
    // Open sagas are compared with Temporal by the reconciliation.
    for (const lock of locks.filter(({ operationId }) => !open.has(operationId ?? ''))) found += await this.checkOne(lock);
    return found;
  }

  private async checkOne({ operationId: sagaId = '', heldSince }: Hold): Promise<number> {
    const { register, log } = this.options;
    const saga = sagaOfId(sagaId);
    if (!saga) return 0; // a lock of another orchestrator
    const run = await describeRun(this.options.client, sagaId);
    const observed = run && observedSaga(run);
    if (observed && !isEndedByForce(observed)) {
      await register.record([observed]); // it is open, or has ended by itself, in which case the lock is a leak
      return 0;
    }
    const loss = observed ?? { sagaId, runId: '', ...saga, customerId: null, startedAt: new Date(heldSince) };
    if (!(await register.recordLoss(loss))) return 0;
    log.warn({ sagaId }, 'a saga is lost: its order or trip waits for it, and it has no open run');
    return 1;
  }
}
