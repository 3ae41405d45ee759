import { type DynamicModule, Module } from '@nestjs/common';
import type { Pool } from 'pg';
import { AtShutdownModule } from '../../libs/service-kit/at-shutdown.module.js';
import { OperationsModule } from '../../libs/service-kit/operations.module.js';

/** Health and metrics of the relay. */
@Module({})
export class RelayModule {
  static register(database: Pool): DynamicModule {
    return {
      module: RelayModule,
      imports: [
        OperationsModule.register({ inject: [], useFactory: () => ({ database: () => database.query('select 1') }) }),
        AtShutdownModule.register({ close: () => database.end() }),
      ],
    };
  }
}
