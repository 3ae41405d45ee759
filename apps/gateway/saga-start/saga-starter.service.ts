import { Inject, Injectable } from '@nestjs/common';
import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { StoredSaga } from '../../../contracts/saga/ended-saga.js';
import { sagaPolicy } from '../../../libs/config/saga-policy.js';
import { fastStepMs } from '../../../libs/service-client/attempt-durations.js';
import { ParticipantUnavailableException } from '../../../libs/service-client/participant-unavailable.exception.js';
import type { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { describeRun } from '../../../libs/temporal/describe-run.js';
import type { RequestIdentity, SagaPolicy } from '../../../workflows/saga/saga.contract.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';
import { Links } from '../http/links.js';
import { ParticipantsService } from '../upstreams/participants.service.js';
import { ReadModels } from '../upstreams/read-models.service.js';
import { TemporalUnavailableException } from '../temporal/temporal-outage.js';
import { TemporalService } from '../temporal/temporal.service.js';
import { keyReused } from './request-identity.js';
import { RequestLookup } from './request-lookup.service.js';
import type { SagaStart, StartedRun } from './saga-start.js';

export const EAGER_START = Symbol('EAGER_START');

const START_TIMEOUT_MS = 3_500;
/** Within the five seconds that the API promises. */
const CREATE_TIMEOUT_MS = 4_500;

/** The memo of a run stores the request that started it. Without a key no retry has to be recognized. */
const memoOf = (identity: RequestIdentity | undefined) =>
  identity === undefined ? {} : { memo: { idempotencyKey: identity.key, fingerprint: identity.fingerprint } };

/** The fields of a run that are compared with a request. */
export type ComparableRun = Pick<WorkflowExecutionDescription, 'workflowId' | 'runId' | 'memo'>;

/**
 * Whether the request is the one that started this run.
 * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED` when the key is the run's and the content is not.
 */
export function isStartedBy({ workflowId, memo }: ComparableRun, identity: RequestIdentity | undefined): boolean {
  if (identity === undefined || memo?.['idempotencyKey'] !== identity.key) return false;
  if (memo['fingerprint'] !== identity.fingerprint) throw keyReused(workflowId);
  return true;
}

/** Starts sagas. Each id is used once, so a repeated request finds the saga of the first request. */
@Injectable()
export class SagaStarter {
  /** Concurrent requests with one key share the first one's answer; later ones find its run. */
  private readonly inFlight = new Map<string, Promise<StartedRun>>();

  constructor(
    @Inject(TemporalService) private readonly temporal: TemporalService,
    @Inject(ParticipantsService) private readonly participants: ParticipantsService,
    @Inject(RequestLookup) private readonly requestLookup: RequestLookup,
    @Inject(ReadModels) private readonly readModels: ReadModels,
    @Inject(Links) private readonly links: Links,
    @Inject(GATEWAY_SETTINGS) private readonly settings: GatewaySettings,
    @Inject(EAGER_START) private readonly eagerStart: boolean,
  ) {}

  /**
   * Starts the saga of a new order or trip, whose id follows from the idempotency key if there is one. Returns as soon as the start is
   * durable; a retry gets the first answer. The owner remembers requests for longer than Temporal, so it is asked first.
   * @param identity of a request with an idempotency key, so that it may be a retry.
   * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED`, 503 `PARTICIPANT_UNAVAILABLE` (nothing was started) or 503
   * `TEMPORAL_UNAVAILABLE`, whose detail says whether the saga may run all the same.
   */
  create(saga: SagaStart, identity: RequestIdentity | undefined): Promise<StartedRun> {
    if (identity === undefined) return this.start(saga, identity);
    return this.singleFlight(`${saga.sagaId} ${identity.fingerprint}`, () => this.createOnce(saga, identity));
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
   * Starts a saga if its participants are available.
   * @throws ProblemException 503; WorkflowExecutionAlreadyStartedError when its id is taken.
   */
  async start(saga: SagaStart, identity: RequestIdentity | undefined, withinMs = START_TIMEOUT_MS): Promise<StartedRun> {
    this.participants.assertAvailable(saga.participants);
    const { type, sagaId, businessId, customerId, request, summary, details } = saga;
    const start = this.temporal.call(
      (client) =>
        client.workflow.start(type, {
          workflowId: sagaId,
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          taskQueue: this.settings.TEMPORAL_TASK_QUEUE,
          args: [{ ...request, ...(identity && { request: identity }), policy: this.policy }],
          requestEagerStart: this.eagerStart,
          ...memoOf(identity),
          typedSearchAttributes: [
            { key: searchAttributes.sagaType, value: type },
            { key: searchAttributes.sagaState, value: 'RUNNING' },
            { key: searchAttributes.customerId, value: customerId },
            { key: searchAttributes.businessId, value: businessId },
          ],
          staticSummary: summary,
          ...(details === undefined ? {} : { staticDetails: details }),
        }),
      Math.min(withinMs, START_TIMEOUT_MS),
    );
    const handle = await start.catch((error: unknown) => {
      throw error instanceof TemporalUnavailableException ? this.inDoubt(error, saga, identity !== undefined) : error;
    });
    return { sagaId, runId: handle.firstExecutionRunId };
  }

  /** The saga's run as Temporal describes it; undefined if it was never started. */
  async describe(sagaId: string, withinMs?: number): Promise<WorkflowExecutionDescription | undefined> {
    return this.temporal.call((client) => describeRun(client, sagaId), withinMs);
  }

  /**
   * The saga's outcome, or undefined if it does not end within `ms`. A saga has no result if it was ended by force, or if
   * Temporal has dropped it.
   */
  async outcome<Outcome>(sagaId: string, ms: number): Promise<{ result?: Outcome } | undefined> {
    return this.temporal
      .wait(async (client) => ({ result: (await client.workflow.getHandle(sagaId).result()) as Outcome }), ms)
      .catch((error: unknown) => {
        if (error instanceof WorkflowFailedError || error instanceof WorkflowNotFoundError) return {};
        throw error;
      });
  }

  /** The run of a saga that Temporal has dropped or cannot show, as the saga service stored it. It is needed for links. */
  async expiredRun(sagaId: string): Promise<StartedRun> {
    const stored = await this.readModels.saga.get<StoredSaga>(`/sagas/${sagaId}`).catch(() => undefined);
    return { sagaId, runId: stored?.saga?.runId || undefined };
  }

  private async createOnce(saga: SagaStart, identity: RequestIdentity): Promise<StartedRun> {
    const deadline = Date.now() + CREATE_TIMEOUT_MS;
    const msLeft = () => Math.max(deadline - Date.now(), 1);
    try {
      const remembered = await this.requestLookup.find(saga, identity);
      if (remembered !== undefined) {
        const run = await this.describe(remembered).catch(() => undefined);
        return run ? { sagaId: remembered, runId: run.runId } : await this.expiredRun(remembered);
      }
      return await this.start(saga, identity, msLeft());
    } catch (error) {
      // A retry needs no participant, because its request was accepted before. Without the owner only Temporal can recognize a retry.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError || error instanceof ParticipantUnavailableException))
        throw error;
      const first = await this.describe(saga.sagaId, msLeft());
      if (!first) throw error;
      // The id follows from the key, so the run is the key's, also one without a memo: it settles a saga that Temporal had lost.
      const fingerprint: unknown = first.memo?.['fingerprint'];
      if (fingerprint !== undefined && fingerprint !== identity.fingerprint) throw keyReused(saga.sagaId);
      return { sagaId: saga.sagaId, runId: first.runId };
    }
  }

  private get policy(): SagaPolicy {
    const policy = sagaPolicy(this.settings);
    return { ...policy, fastStepMs: fastStepMs(policy.fastStepMs) };
  }

  private inDoubt({ sent, cause }: TemporalUnavailableException, { sagaId }: SagaStart, repeatable: boolean): ProblemException {
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
