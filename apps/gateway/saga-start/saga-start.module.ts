import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ResourceCommandStarter } from './resource-command-starter.service.js';
import { RequestLookup } from './request-lookup.service.js';
import { EAGER_START, SagaStarter } from './saga-starter.service.js';
import { StartedSagas } from './started-sagas.service.js';

/** Starts sagas, for every resource that has commands. */
@Global()
@Module({})
export class SagaStartModule {
  /** @param eagerStart whether a worker in this process, on the same connection, may get the first task of a saga directly. */
  static register(eagerStart: boolean): DynamicModule {
    return {
      module: SagaStartModule,
      providers: [
        { provide: EAGER_START, useValue: eagerStart },
        SagaStarter,
        ResourceCommandStarter,
        StartedSagas,
        RequestLookup,
      ],
      exports: [SagaStarter, ResourceCommandStarter, StartedSagas],
    };
  }
}
