import { Inject, Injectable } from '@nestjs/common';
import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { OperationRecord } from '../../../contracts/participant/operation.resource.js';
import type { Participant } from '../../../contracts/participant/participants.js';
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
import { keyReused, memoOf, requestIdentity, type RequestKey } from './request-identity.js';

export const EAGER_START = Symbol('EAGER_START');

const START_TIMEOUT_MS = 3_500;
/** Within the five seconds that the API promises. */
const CREATE_TIMEOUT_MS = 4_500;
/** The wait for the owner's records. It leaves time for Temporal within the five seconds. */
const OWNER_TIMEOUT_MS = 1_500;

/** The type of a saga's aggregate. The participant of the same name owns it. */
export type AggregateType = 'order' | 'trip';

/** A saga to start, with its summary for the Temporal UI. */
export interface SagaStart {
  type: string;
  sagaId: string;
  aggregateType: AggregateType;
  businessId: string;
  customerId: string;
  /** The saga's one argument, without the policy and the identity of the request. */
  request: object;
  /** The participants that must be available. */
  participants: readonly Participant[];
  summary: string;
  details?: string;
}

/** The one argument of a saga without the policy and the identity of the request, which the starter adds. */
export type SagaInput<Request extends { policy: SagaPolicy }> = Omit<Request, 'policy' | 'request'>;

/** The run of a saga that a command has started, now or by its first request. */
export interface StartedRun {
  sagaId: string;
  /** Undefined for a run that Temporal has dropped. */
  runId: string | undefined;
}

/** Names an aggregate. */
type AggregateId = Pick<SagaStart, 'aggregateType' | 'businessId'>;

/** Starts sagas. Each id is used once, so a repeated request finds the saga of the first request. */
@Injectable()
export class SagaStarter {
  /** Concurrent requests with one key share the first one's answer; later ones find its run. */
  private readonly inFlight = new Map<string, Promise<StartedRun>>();

  constructor(
    private readonly temporal: TemporalService,
    private readonly participants: ParticipantsService,
    private readonly readModels: ReadModels,
    private readonly links: Links,
    @Inject(GATEWAY_SETTINGS) private readonly settings: GatewaySettings,
    @Inject(EAGER_START) private readonly eagerStart: boolean,
  ) {}

  /**
   * Starts the saga of a new order or trip, whose id follows from the idempotency key if there is one. Returns as soon as the start is
   * durable; a retry gets the first answer.
   * @param content the request body, which a retry repeats.
   * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED`, 503 `PARTICIPANT_UNAVAILABLE` (nothing was started) or 503
   * `TEMPORAL_UNAVAILABLE`, whose detail says whether the saga may run all the same.
   */
  create(saga: SagaStart, content: object, { caller, idempotencyKey }: RequestKey): Promise<StartedRun> {
    const { type, businessId } = saga;
    const identity = requestIdentity({ type, businessId, caller, idempotencyKey, content });
    if (identity === undefined) return this.start(saga, identity);
    return this.singleFlight(identity, () => this.createOnce(saga, identity));
  }

  /** Runs `answer`, or joins the call for the same request that is still in flight. */
  singleFlight({ key, fingerprint }: RequestIdentity, answer: () => Promise<StartedRun>): Promise<StartedRun> {
    const request = `${key} ${fingerprint}`;
    const inFlight = this.inFlight.get(request);
    if (inFlight) return inFlight;
    const answering = answer().finally(() => this.inFlight.delete(request));
    this.inFlight.set(request, answering);
    return answering;
  }

  /**
   * Answers a retry by the run that its first request started, or starts a saga. The owner keeps a request as long as the order or
   * trip. Temporal drops a run after its retention, so the owner is asked first.
   * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED`; 503 when the owner is unavailable; and what `start` and `replay` throw.
   */
  async startOrReplay(
    aggregate: AggregateId,
    identity: RequestIdentity,
    start: () => Promise<StartedRun>,
    replay: (run: WorkflowExecutionDescription) => Promise<StartedRun> | StartedRun,
  ): Promise<StartedRun> {
    const sagaId = await this.rememberedSaga(aggregate, identity);
    if (sagaId === undefined) return start();
    const run = await this.describe(sagaId).catch(() => undefined);
    return run ? replay(run) : this.expiredRun(sagaId);
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

  private async createOnce(saga: SagaStart, identity: RequestIdentity): Promise<StartedRun> {
    const deadline = Date.now() + CREATE_TIMEOUT_MS;
    const msLeft = () => Math.max(deadline - Date.now(), 1);
    try {
      const start = () => this.start(saga, identity, msLeft());
      return await this.startOrReplay(saga, identity, start, ({ workflowId: sagaId, runId }) => ({ sagaId, runId }));
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

  /**
   * The id of the saga that the first request with this key has started; undefined if the owner has no record.
   * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED` when the first request had another body; 503 when the owner is unavailable.
   */
  private async rememberedSaga(
    { aggregateType, businessId }: AggregateId,
    { key: requestKey, fingerprint }: RequestIdentity,
  ): Promise<string | undefined> {
    this.participants.assertAvailable([aggregateType]);
    const path = `/${aggregateType}s/${businessId}/operations`;
    const owner = this.participants.apis[aggregateType];
    const { items } = await owner.get<{ items: OperationRecord[] }>(path, { requestKey }, OWNER_TIMEOUT_MS);
    const [first] = items;
    if (first === undefined) return undefined;
    if (first.fingerprint !== fingerprint) throw keyReused(first.operationId);
    return first.operationId;
  }

  /** The run of a saga that Temporal has dropped or cannot show, as the saga service stored it. It is needed for links. */
  private async expiredRun(sagaId: string): Promise<StartedRun> {
    const stored = await this.readModels.saga.get<StoredSaga>(`/sagas/${sagaId}`).catch(() => undefined);
    return { sagaId, runId: stored?.saga?.runId || undefined };
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
