import { Body, Controller, Get, Header, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type SettleCommand, SettleSaga } from '../../../contracts/saga/ended-saga.js';
import { ResolveStep, Saga, SagaPage } from '../../../contracts/saga/saga.resource.js';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import { ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow, AllowBy } from '../auth/allow.decorator.js';
import { IdempotentCommand, idempotentCommandProblems } from '../http/command.decorator.js';
import { type CommandHeaders, FromHeaders } from '../http/command-headers.decorator.js';
import { ReadModels } from '../upstreams/read-models.service.js';
import { SagaFilter } from './visibility-query.js';
import { SagaId, sagaScopes } from './saga-id.js';
import { SagaOperator } from './saga-operator.service.js';
import { SagaReader } from './saga-reader.service.js';

/** The saga service needs the owner and Temporal for its answer. */
const SETTLE_TIMEOUT_MS = 4_500;

const itemProblems = {
  404: ['SAGA_NOT_FOUND'],
  422: ['VALIDATION_FAILED'],
  503: ['TEMPORAL_UNAVAILABLE', 'PARTICIPANT_UNAVAILABLE'],
};

@ApiTags('sagas')
@Allow('operator')
@Controller('v1/sagas')
export class SagasController {
  constructor(
    private readonly sagas: SagaReader,
    private readonly operator: SagaOperator,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List sagas, running ones first',
    description:
      'A read model of the `saga.*` events. Without `at` it includes what Temporal shows now. A saga that was ended by force, in Temporal itself, is INCOMPLETE.',
  })
  @ApiOkResponse({ standardSchema: SagaPage })
  @ApiProblems({
    422: ['VALIDATION_FAILED', 'INVALID_CURSOR', 'INVALID_POSITION'],
    503: ['PROJECTION_BEHIND', 'PARTICIPANT_UNAVAILABLE', 'TEMPORAL_UNAVAILABLE'],
  })
  list(@Query({ schema: SagaFilter }) filter: SagaFilter): Promise<SagaPage> {
    return this.sagas.list(filter);
  }

  @Get(':sagaId')
  @AllowBy(({ params }) => sagaScopes(params['sagaId']))
  @ApiOperation({
    summary: 'Read a saga with its steps',
    description:
      'Steps are in the order they ran, compensations included. An open saga is queried: `steps` is empty while no worker answers. ' +
      'The steps of an ended saga are kept, also after Temporal has dropped its run. Needs the scope of the resource of the saga ' +
      '(`orders`, `trips`, `customers`), or `operator`.',
  })
  @ApiOkResponse({ standardSchema: Saga })
  @ApiProblems(itemProblems)
  get(@Param('sagaId', { schema: SagaId }) sagaId: string): Promise<Saga> {
    return this.sagas.saga(sagaId);
  }

  @Get(':sagaId/history')
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: "Read a saga's Temporal history", description: 'In the format that the replayer reads.' })
  @ApiOkResponse({
    description: 'temporal.api.history.v1.History as JSON',
    content: {
      'application/json': { schema: { type: 'object', properties: { events: { type: 'array', items: { type: 'object' } } } } },
    },
  })
  @ApiProblems({ ...itemProblems, 410: ['HISTORY_EXPIRED'] })
  history(@Param('sagaId', { schema: SagaId }) sagaId: string): Promise<string> {
    return this.sagas.history(sagaId);
  }

  @Post(':sagaId/abort')
  @IdempotentCommand(202)
  @ApiOperation({
    summary: 'Roll a saga back',
    description:
      'Works before the pivot: every step is compensated and the saga ends. While the participant of the pivot is unreachable, the decision is ' +
      'pending and the answer shows the saga as it is. A repeat has no further effect. With a key it is answered after the end, too.',
  })
  @ApiAcceptedResponse({ standardSchema: Saga })
  @ApiProblems({
    ...itemProblems,
    ...idempotentCommandProblems,
    409: ['SAGA_PAST_PIVOT', 'SAGA_ENDED', 'UPDATE_REJECTED'],
    503: ['WORKER_UNAVAILABLE', 'TEMPORAL_UNAVAILABLE'],
  })
  abort(@Param('sagaId', { schema: SagaId }) sagaId: string, @FromHeaders() headers: CommandHeaders): Promise<Saga> {
    return this.operator.abort(sagaId, headers);
  }

  @Post(':sagaId/resolve')
  @IdempotentCommand(200)
  @ApiOperation({ summary: 'Decide about a step that needs attention', description: 'The note is kept in the history.' })
  @ApiOkResponse({ standardSchema: Saga })
  @ApiProblems({
    ...itemProblems,
    ...bodyProblems,
    ...idempotentCommandProblems,
    409: ['STEP_NOT_IN_NEED', 'STEP_NOT_RESOLVABLE', 'UPDATE_REJECTED'],
    422: ['VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED'],
    503: ['WORKER_UNAVAILABLE', 'TEMPORAL_UNAVAILABLE'],
  })
  resolve(
    @Param('sagaId', { schema: SagaId }) sagaId: string,
    @Body({ schema: ResolveStep }) decision: ResolveStep,
    @FromHeaders() headers: CommandHeaders,
  ): Promise<Saga> {
    return this.operator.resolve(sagaId, decision, headers);
  }
}

/** A command of the saga service, which finds lost sagas. */
@ApiTags('sagas')
@Allow('operator')
@Controller('v1/sagas/:sagaId/settle')
export class SettleSagaController {
  constructor(
    private readonly readModels: ReadModels,
    private readonly sagas: SagaReader,
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
