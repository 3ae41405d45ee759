import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { BackgroundLoop } from '../../../libs/service-kit/background-loop.js';
import { describeRun } from '../../../libs/temporal/describe-run.js';
import type { LostSaga } from '../saga-changes.js';
import type { SagaRegister } from '../saga-register.js';
import type { SagaSettler } from './saga-settler.js';

/** How long it may take to decide whether a run that was ended by force is lost. */
const INTERVAL_MS = 5_000;
const BATCH = 20;
/** The retry delay if the settle run is lost as well, or Temporal is unavailable. */
const SETTLE_AGAIN_MS = 30_000;

export interface LostSagasOptions {
  client: Client;
  register: SagaRegister;
  settler: SagaSettler;
  /** Whether lost sagas are settled automatically. */
  settle: boolean;
  log: Logger;
}

/**
 * Decides about runs that were ended by force. A saga that was reset has a later run and continues. A saga without a later run is
 * lost: nothing completes it or rolls it back until it is settled.
 */
export class LostSagas {
  private readonly loop: BackgroundLoop;

  constructor(private readonly options: LostSagasOptions) {
    this.loop = new BackgroundLoop(() => this.step(), {
      idleMs: INTERVAL_MS,
      onError: (error) => options.log.warn({ err: error }, 'lost sagas could not be checked; the next step retries'),
    });
  }

  start(): void {
    this.loop.start();
  }

  /** Sagas have changed: some may be lost. */
  kick(): void {
    this.loop.kick();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** One batch. @returns whether there is more. */
  async step(): Promise<boolean> {
    const { register, settle } = this.options;
    const suspects = await register.suspects(BATCH);
    for (const suspect of suspects) await this.decide(suspect);
    const lost = settle ? await register.claimLost(BATCH, SETTLE_AGAIN_MS) : [];
    for (const sagaId of lost) await this.settle(sagaId);
    return suspects.length === BATCH || lost.length === BATCH;
  }

  private async decide(suspect: LostSaga): Promise<void> {
    const { client, register, log } = this.options;
    const newest = await describeRun(client, suspect.sagaId);
    if (newest && newest.runId !== suspect.runId) return register.clearSuspicion(suspect);
    if (await register.recordLoss(suspect)) log.warn({ sagaId: suspect.sagaId }, 'a saga is lost: it was ended by force');
  }

  private async settle(sagaId: string): Promise<void> {
    const { settler, log } = this.options;
    try {
      await settler.settle(sagaId, { note: 'SETTLE_LOST_SAGAS=on', by: 'SETTLE_LOST_SAGAS' });
      log.info({ sagaId }, 'a lost saga is being settled');
    } catch (error) {
      log.warn({ err: error, sagaId }, 'a lost saga could not be settled; it is retried');
    }
  }
}
