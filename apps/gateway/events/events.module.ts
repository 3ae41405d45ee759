import { Module } from '@nestjs/common';
import { AsyncApiController, EventTypesController } from '../event-types/event-types.controller.js';
import { EventTypes } from '../event-types/event-types.service.js';
import { EventProxy } from './event-proxy.service.js';
import { EventSocketProxy } from './event-socket-proxy.service.js';
import { EventsController } from './events.controller.js';

@Module({
  controllers: [EventTypesController, AsyncApiController, EventsController],
  providers: [EventTypes, EventProxy, EventSocketProxy],
})
export class EventsModule {}
