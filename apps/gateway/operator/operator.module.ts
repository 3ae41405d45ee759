import { Module } from '@nestjs/common';
import { ConsumingServices } from './consuming-services.service.js';
import { DeadEventsController } from './dead-events.controller.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { FaultsController } from './faults.controller.js';
import { FaultsService } from './faults.service.js';
import { LeaksController } from './leaks.controller.js';
import { ProjectionsController } from './projections.controller.js';

/** The routes for operators: dead events (before the log), dead letters (behind it), read models, leaks and faults on demand. */
@Module({
  controllers: [ProjectionsController, FaultsController, DeadEventsController, DeadLettersController, LeaksController],
  providers: [ConsumingServices, FaultsService],
})
export class OperatorModule {}
