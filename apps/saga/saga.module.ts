import { type DynamicModule, Module } from '@nestjs/common';
import type { Pool } from 'pg';
import { AtShutdownModule, type Lifecycle } from '../../libs/service-kit/at-shutdown.module.js';
import { OperationsModule } from '../../libs/service-kit/operations.module.js';

/** Health and metrics of the saga watch and the bridge, and their orderly end. */
@Module({})
export class SagaModule {
  static register(database: Pool, lifecycle: Lifecycle): DynamicModule {
    return {
      module: SagaModule,
      imports: [
        OperationsModule.register({ inject: [], useFactory: () => ({ database: () => database.query('select 1') }) }),
        AtShutdownModule.register(lifecycle),
      ],
    };
  }
}
