import { Module } from '@nestjs/common';
import { AsyncApiController } from './asyncapi.controller.js';
import { EventTypesController } from './event-types.controller.js';
import { HooksModule } from '../hooks/hooks.module.js';
import { EventTypes } from './event-types.service.js';

@Module({ imports: [HooksModule], controllers: [EventTypesController, AsyncApiController], providers: [EventTypes] })
export class EventTypesModule {}
