import { type DynamicModule, Module } from '@nestjs/common';
import type { Pool } from 'pg';
import type { DeadLetters } from '../../libs/messaging/inbox/dead-letters.js';
import { DeadLettersModule } from '../../libs/messaging/inbox/dead-letters.module.js';
import { AtShutdownModule, type Lifecycle } from '../../libs/service-kit/at-shutdown.module.js';
import { OperationsModule } from '../../libs/service-kit/operations.module.js';
import { RefreshController } from './refresh.controller.js';
import { SagaWatch } from './saga-watch.js';

/** Health and metrics of the saga watch and the bridge, the call to refresh now, the bridge's dead letters, and an orderly end. */
@Module({})
export class SagaModule {
  static register(watch: SagaWatch, database: Pool, deadLetters: DeadLetters, lifecycle: Lifecycle): DynamicModule {
    return {
      module: SagaModule,
      controllers: [RefreshController],
      providers: [{ provide: SagaWatch, useValue: watch }],
      imports: [
        OperationsModule.register({ inject: [], useFactory: () => ({ database: () => database.query('select 1') }) }),
        AtShutdownModule.register(lifecycle),
        DeadLettersModule.register(deadLetters),
      ],
    };
  }
}
