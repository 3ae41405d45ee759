import { Module } from '@nestjs/common';
import { ConsumingServices } from './consuming-services.service.js';
import { DeadEventsController } from './dead-events.controller.js';
import { DeadLettersController } from './dead-letters.controller.js';

/** What could not go on, for operators: before the log (dead events) and behind it (dead letters). */
@Module({ controllers: [DeadEventsController, DeadLettersController], providers: [ConsumingServices] })
export class DeadLettersModule {}
