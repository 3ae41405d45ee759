import { type DynamicModule, Module } from '@nestjs/common';
import { AtShutdownModule } from '../../libs/service-kit/at-shutdown.module.js';
import { OperationsModule } from '../../libs/service-kit/operations.module.js';
import type { RunningWorker } from './start-worker.js';

/** The worker's health endpoints and its shutdown. */
@Module({})
export class WorkerModule {
  static register(worker: RunningWorker, close: () => Promise<void>): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        OperationsModule.register({ inject: [], useFactory: () => ({ worker: () => worker.check() }) }),
        AtShutdownModule.register({ drain: () => worker.stop(), close }),
      ],
    };
  }
}
