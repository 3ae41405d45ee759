import { Module } from '@nestjs/common';
import { SagaOperator } from './saga-operator.service.js';
import { SagaReader } from './saga-reader.service.js';
import { SagaView } from './saga-view.js';
import { SagaTypesController } from './saga-types.controller.js';
import { SagasController, SettleSagaController } from './sagas.controller.js';

@Module({
  controllers: [SagasController, SettleSagaController, SagaTypesController],
  providers: [SagaReader, SagaOperator, SagaView],
})
export class SagasModule {}
