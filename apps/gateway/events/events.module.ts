import { Module } from '@nestjs/common';
import { EventProxy } from './event-proxy.service.js';
import { EventSocketProxy } from './event-socket-proxy.service.js';
import { EventsController } from './events.controller.js';

@Module({ controllers: [EventsController], providers: [EventProxy, EventSocketProxy] })
export class EventsModule {}
