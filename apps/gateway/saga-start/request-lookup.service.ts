import { Inject, Injectable } from '@nestjs/common';
import type { OperationRecord } from '../../../contracts/participant/operation.resource.js';
import type { RequestIdentity } from '../../../workflows/saga/saga.contract.js';
import { ParticipantsService } from '../upstreams/participants.service.js';
import { keyReused } from './request-identity.js';
import type { SagaStart } from './saga-start.js';

/** Leaves time for Temporal within the five seconds that the API promises. */
const OWNER_TIMEOUT_MS = 1_500;

/**
 * Finds the saga that an earlier request has started, in the records of the owner. Temporal drops a saga after its retention. The
 * owner keeps the request as long as the order or trip.
 */
@Injectable()
export class RequestLookup {
  constructor(@Inject(ParticipantsService) private readonly participants: ParticipantsService) {}

  /**
   * The id of the saga that the first request with this key has started; undefined if the owner has no record.
   * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED` when the first request had another body; 503 when the owner is
   * unavailable.
   */
  async find(
    { aggregateType, businessId }: Pick<SagaStart, 'aggregateType' | 'businessId'>,
    { key, fingerprint }: RequestIdentity,
  ): Promise<string | undefined> {
    this.participants.assertAvailable([aggregateType]);
    const path = `/${aggregateType}s/${businessId}/operations`;
    const { items } = await this.participants.apis[aggregateType].get<{ items: OperationRecord[] }>(
      path,
      { requestKey: key },
      OWNER_TIMEOUT_MS,
    );
    const [first] = items;
    if (first === undefined) return undefined;
    if (first.fingerprint !== fingerprint) throw keyReused(first.operationId);
    return first.operationId;
  }
}
