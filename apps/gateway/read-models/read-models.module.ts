import { Global, Module } from '@nestjs/common';
import { ProjectionsController } from './projections.controller.js';
import { ReadModels } from './read-models.service.js';

@Global()
@Module({ controllers: [ProjectionsController], providers: [ReadModels], exports: [ReadModels] })
export class ReadModelsModule {}
