import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ResourceCommandStarter } from './resource-command-starter.service.js';
import { RequestLookup } from './request-lookup.service.js';
import { EAGER_START, SagaStarter } from './saga-starter.service.js';
import { StartedSagas } from './started-sagas.service.js';

/** How commands become sagas, for every resource that has commands. */
@Global()
@Module({})
export class SagaStartModule {
  /** @param eagerStart whether a worker in this process, on the same connection, may take a saga's first task without a detour. */
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
