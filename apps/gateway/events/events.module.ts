import { Module } from '@nestjs/common';
import { EventPassage } from './event-passage.service.js';
import { EventSocketPassage } from './event-socket-passage.service.js';
import { EventsController } from './events.controller.js';

@Module({ controllers: [EventsController], providers: [EventPassage, EventSocketPassage] })
export class EventsModule {}
