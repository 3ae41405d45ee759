import { Body, Controller, Inject, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type SettleCommand, SettleSaga } from '../../../contracts/saga/ended-saga.js';
import { Saga } from '../../../contracts/saga/saga.resource.js';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import { ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { IdempotentCommand, idempotentCommandProblems } from '../http/command.decorator.js';
import { ReadModels } from '../upstreams/read-models.service.js';
import { type CommandHeaders, FromHeaders } from '../http/command-headers.decorator.js';
import { SagaId } from './saga-id.js';
import { SagaReader } from './saga-reader.service.js';

/** The saga service needs the owner and Temporal for its answer. */
const SETTLE_TIMEOUT_MS = 4_500;

@ApiTags('sagas')
@Allow('operator')
@Controller('v1/sagas/:sagaId/settle')
export class SettleSagaController {
  constructor(
    @Inject(ReadModels) private readonly readModels: ReadModels,
    @Inject(SagaReader) private readonly sagas: SagaReader,
  ) {}

  @Post()
  @IdempotentCommand(202)
  @ApiOperation({
    summary: 'Settle a lost saga',
    description:
      'For a saga whose run was terminated, timed out or deleted. A new run rolls the saga back, or goes forward if its pivot has happened. The note is kept.',
  })
  @ApiAcceptedResponse({ standardSchema: Saga })
  @ApiProblems({
    ...bodyProblems,
    ...idempotentCommandProblems,
    404: ['SAGA_NOT_FOUND'],
    409: ['SAGA_NOT_LOST'],
    422: ['VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED'],
    503: ['PARTICIPANT_UNAVAILABLE', 'TEMPORAL_UNAVAILABLE'],
  })
  async settle(
    @Param('sagaId', { schema: SagaId }) sagaId: string,
    @Body({ schema: SettleSaga }) { note }: SettleSaga,
    @FromHeaders() { caller, idempotencyKey }: CommandHeaders,
  ): Promise<Saga> {
    const command: SettleCommand = {
      note,
      ...(caller === '' ? {} : { by: caller }),
      ...(idempotencyKey === undefined ? {} : { requestKey: fingerprint(caller, idempotencyKey) }),
    };
    await this.readModels.saga.post(`/sagas/${sagaId}/settle`, command, {}, SETTLE_TIMEOUT_MS);
    return this.sagas.saga(sagaId);
  }
}
