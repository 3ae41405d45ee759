import { Inject, Injectable } from '@nestjs/common';
import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { sagaPolicy } from '../../../libs/config/saga-policy.js';
import { ParticipantUnavailableException } from '../../../libs/service-client/participant-unavailable.exception.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { SagaPolicy } from '../../../workflows/saga/saga.contract.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../gateway.settings.js';
import { Links } from '../links.js';
import { ParticipantsService } from '../participants/participants.service.js';
import { TemporalUnavailableException } from '../temporal/temporal-unavailable.exception.js';
import { TemporalService } from '../temporal/temporal.service.js';
import type { Claim, SagaStart, StartedRun } from './saga-start.js';

export const EAGER_START = Symbol('EAGER_START');

const START_MS = 3_500;
/** Within the five seconds that a caller is promised. */
const CREATE_MS = 4_500;

/** What is remembered of a claim with the run that it started. */
const memoOf = ({ print, key }: Claim) => ({ fingerprint: print, ...(key === undefined ? {} : { idempotencyKey: key }) });

/** Starts sagas: each id once for ever, so that whoever asks again finds what the first request began. */
@Injectable()
export class SagaStarter {
  /** Requests with one key that come while the first is under way share its answer; those that come later find its run. */
  private readonly underWay = new Map<string, Promise<StartedRun>>();

  constructor(
    @Inject(TemporalService) private readonly temporal: TemporalService,
    @Inject(ParticipantsService) private readonly participants: ParticipantsService,
    @Inject(Links) private readonly links: Links,
    @Inject(GATEWAY_SETTINGS) private readonly settings: GatewaySettings,
    @Inject(EAGER_START) private readonly eagerStart: boolean,
  ) {}

  /**
   * Starts the saga of something new, whose id follows from the idempotency key if there is one. Returns as soon as the start is durable;
   * a repeated key is answered as it was the first time.
   * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED`, 503 `PARTICIPANT_UNAVAILABLE` (nothing was started) or 503
   * `TEMPORAL_UNAVAILABLE`, whose detail says whether the saga may run all the same.
   */
  create(saga: SagaStart, claim: Claim): Promise<StartedRun> {
    const act = () => this.createOnce(saga, claim);
    return claim.repeatable ? this.shared(`${saga.sagaId} ${claim.print}`, act) : act();
  }

  /** What `act` promises, or the promise of the same that is still under way. */
  shared(same: string, act: () => Promise<StartedRun>): Promise<StartedRun> {
    const underWay = this.underWay.get(same);
    if (underWay) return underWay;
    const acting = act().finally(() => this.underWay.delete(same));
    this.underWay.set(same, acting);
    return acting;
  }

  /**
   * Starts a saga as soon as it is known that it can do its work.
   * @throws ProblemException 503; WorkflowExecutionAlreadyStartedError when its id is taken.
   */
  async start(saga: SagaStart, claim: Claim): Promise<StartedRun> {
    this.participants.assertAvailable(saga.participants);
    const { type, sagaId, businessId, customerId, request, summary, details } = saga;
    const start = this.temporal.call(
      (client) =>
        client.workflow.start(type, {
          workflowId: sagaId,
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          taskQueue: this.settings.TEMPORAL_TASK_QUEUE,
          args: [{ ...request, policy: this.policy }],
          requestEagerStart: this.eagerStart,
          memo: memoOf(claim),
          typedSearchAttributes: [
            { key: searchAttributes.sagaType, value: type },
            { key: searchAttributes.sagaState, value: 'RUNNING' },
            { key: searchAttributes.customerId, value: customerId },
            { key: searchAttributes.businessId, value: businessId },
          ],
          staticSummary: summary,
          ...(details === undefined ? {} : { staticDetails: details }),
        }),
      START_MS,
    );
    const handle = await start.catch((error: unknown) => {
      throw error instanceof TemporalUnavailableException ? this.inDoubt(error, saga, claim) : error;
    });
    return { sagaId, runId: handle.firstExecutionRunId };
  }

  /** The saga's run as Temporal describes it; undefined if it was never started. */
  async run(sagaId: string, withinMs?: number): Promise<WorkflowExecutionDescription | undefined> {
    return this.temporal
      .call((client) => client.workflow.getHandle(sagaId).describe(), withinMs)
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      });
  }

  /** What the saga ends with, or undefined if it does not within `ms`. One that ends otherwise than by itself has no result. */
  async end<Outcome>(sagaId: string, ms: number): Promise<{ result?: Outcome } | undefined> {
    return this.temporal
      .wait(async (client) => ({ result: (await client.workflow.getHandle(sagaId).result()) as Outcome }), ms)
      .catch((error: unknown) => {
        if (error instanceof WorkflowFailedError) return {};
        throw error;
      });
  }

  private async createOnce(saga: SagaStart, claim: Claim): Promise<StartedRun> {
    const deadline = Date.now() + CREATE_MS;
    try {
      return await this.start(saga, claim);
    } catch (error) {
      // A repeat needs no participant: what was accepted before is accepted still.
      const mayBeRepeat =
        error instanceof WorkflowExecutionAlreadyStartedError ||
        (claim.repeatable && error instanceof ParticipantUnavailableException);
      if (!mayBeRepeat) throw error;
      const first = await this.run(saga.sagaId, Math.max(deadline - Date.now(), 1));
      if (!first) throw error;
      if (first.memo?.['fingerprint'] !== claim.print) throw keyReused(saga.sagaId);
      return { sagaId: saga.sagaId, runId: first.runId };
    }
  }

  private get policy(): SagaPolicy {
    return sagaPolicy(this.settings);
  }

  private inDoubt({ sent, cause }: TemporalUnavailableException, { sagaId }: SagaStart, { repeatable }: Claim): ProblemException {
    if (!sent) return new TemporalUnavailableException(sent, { cause, consequence: 'Nothing was started. Try again later.' });
    const settle = repeatable
      ? 'Repeat the request with the same Idempotency-Key: that settles it, and never starts a second saga.'
      : `Look for it later at ${this.links.resource(sagaId) ?? this.links.saga(sagaId)}.`;
    return new TemporalUnavailableException(sent, {
      cause,
      consequence: `Whether the saga ${sagaId} was started is not known. ${settle}`,
    });
  }
}

/** 422 `IDEMPOTENCY_KEY_REUSED`. */
export const keyReused = (sagaId: string): ProblemException =>
  new ProblemException(
    422,
    'IDEMPOTENCY_KEY_REUSED',
    `The Idempotency-Key belongs to the saga ${sagaId}, which was started by other content. Another request needs a key of its own.`,
  );
