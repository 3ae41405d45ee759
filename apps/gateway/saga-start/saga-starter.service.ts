import { Inject, Injectable } from '@nestjs/common';
import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { sagaPolicy } from '../../../libs/config/saga-policy.js';
import { fastStepMs } from '../../../libs/service-client/attempt-durations.js';
import { ParticipantUnavailableException } from '../../../libs/service-client/participant-unavailable.exception.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { SagaPolicy } from '../../../workflows/saga/saga.contract.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../gateway.settings.js';
import { Links } from '../links.js';
import { ParticipantsService } from '../participants/participants.service.js';
import { TemporalUnavailableException } from '../temporal/temporal-unavailable.exception.js';
import { TemporalService } from '../temporal/temporal.service.js';
import type { RequestIdentity, SagaStart, StartedRun } from './saga-start.js';

export const EAGER_START = Symbol('EAGER_START');

const START_MS = 3_500;
/** Within the five seconds that a caller is promised. */
const CREATE_MS = 4_500;

/** What a run's memo keeps of the request that started it. */
const memoOf = ({ fingerprint, key }: RequestIdentity) => ({
  fingerprint,
  ...(key === undefined ? {} : { idempotencyKey: key }),
});

/** Starts sagas: each id once for ever, so that whoever asks again finds what the first request began. */
@Injectable()
export class SagaStarter {
  /** Concurrent requests with one key share the first one's answer; later ones find its run. */
  private readonly inFlight = new Map<string, Promise<StartedRun>>();

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
  create(saga: SagaStart, identity: RequestIdentity): Promise<StartedRun> {
    const start = () => this.createOnce(saga, identity);
    return identity.repeatable ? this.singleFlight(`${saga.sagaId} ${identity.fingerprint}`, start) : start();
  }

  /** Runs `start`, or joins the call with the same key that is still in flight. */
  singleFlight(key: string, start: () => Promise<StartedRun>): Promise<StartedRun> {
    const inFlight = this.inFlight.get(key);
    if (inFlight) return inFlight;
    const starting = start().finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, starting);
    return starting;
  }

  /**
   * Starts a saga as soon as it is known that it can do its work.
   * @throws ProblemException 503; WorkflowExecutionAlreadyStartedError when its id is taken.
   */
  async start(saga: SagaStart, identity: RequestIdentity): Promise<StartedRun> {
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
          memo: memoOf(identity),
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
      throw error instanceof TemporalUnavailableException ? this.inDoubt(error, saga, identity) : error;
    });
    return { sagaId, runId: handle.firstExecutionRunId };
  }

  /** The saga's run as Temporal describes it; undefined if it was never started. */
  async describe(sagaId: string, withinMs?: number): Promise<WorkflowExecutionDescription | undefined> {
    return this.temporal
      .call((client) => client.workflow.getHandle(sagaId).describe(), withinMs)
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      });
  }

  /** The saga's outcome, or undefined if it does not end within `ms`. A saga ended by force has no result. */
  async outcome<Outcome>(sagaId: string, ms: number): Promise<{ result?: Outcome } | undefined> {
    return this.temporal
      .wait(async (client) => ({ result: (await client.workflow.getHandle(sagaId).result()) as Outcome }), ms)
      .catch((error: unknown) => {
        if (error instanceof WorkflowFailedError) return {};
        throw error;
      });
  }

  private async createOnce(saga: SagaStart, identity: RequestIdentity): Promise<StartedRun> {
    const deadline = Date.now() + CREATE_MS;
    try {
      return await this.start(saga, identity);
    } catch (error) {
      // A repeat needs no participant: what was accepted before is accepted still.
      const mayBeRepeat =
        error instanceof WorkflowExecutionAlreadyStartedError ||
        (identity.repeatable && error instanceof ParticipantUnavailableException);
      if (!mayBeRepeat) throw error;
      const first = await this.describe(saga.sagaId, Math.max(deadline - Date.now(), 1));
      if (!first) throw error;
      if (first.memo?.['fingerprint'] !== identity.fingerprint) throw keyReused(saga.sagaId);
      return { sagaId: saga.sagaId, runId: first.runId };
    }
  }

  private get policy(): SagaPolicy {
    const policy = sagaPolicy(this.settings);
    return { ...policy, fastStepMs: fastStepMs(policy.fastStepMs) };
  }

  private inDoubt(
    { sent, cause }: TemporalUnavailableException,
    { sagaId }: SagaStart,
    { repeatable }: RequestIdentity,
  ): ProblemException {
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
