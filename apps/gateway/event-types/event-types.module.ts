import { Module } from '@nestjs/common';
import { AsyncApiController } from './asyncapi.controller.js';
import { EventTypesController } from './event-types.controller.js';
import { EventTypes } from './event-types.service.js';

@Module({ controllers: [EventTypesController, AsyncApiController], providers: [EventTypes] })
export class EventTypesModule {}
