import { Global, Module } from '@nestjs/common';
import { HooksService } from './hooks.service.js';
import { ParticipantsService } from './participants.service.js';
import { ReadModels } from './read-models.service.js';

/** The services behind the gateway, for every module. */
@Global()
@Module({ providers: [ParticipantsService, ReadModels, HooksService], exports: [ParticipantsService, ReadModels, HooksService] })
export class UpstreamsModule {}
