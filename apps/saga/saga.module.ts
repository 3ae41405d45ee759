import { type DynamicModule, Module } from '@nestjs/common';
import type { Pool } from 'pg';
import { sql } from '../../libs/database/sql.js';
import type { DeadLetters } from '../../libs/messaging/inbox/dead-letters.js';
import { DeadLettersModule } from '../../libs/messaging/inbox/dead-letters.module.js';
import { AtShutdownModule, type Lifecycle } from '../../libs/service-kit/at-shutdown.module.js';
import { OperationsModule } from '../../libs/service-kit/operations.module.js';
import type { RunningBridge } from './bridge/run-bridge.js';
import {
  EndedSagasController,
  RefreshController,
  SettleController,
  LeaksController,
  FloorController,
} from './saga.controllers.js';
import { EndedTimelineStore } from './ended/ended-timeline.store.js';
import { LeakRegister } from './leaks/leak.register.js';
import { SagaSettler } from './lost/saga-settler.js';
import { Floor } from './retention/floor.js';
import { SagaRegister } from './saga-register.js';
import { SagaWatch } from './saga-watch.js';

export interface SagaModuleOptions {
  watch: SagaWatch;
  register: SagaRegister;
  timelines: EndedTimelineStore;
  leaks: LeakRegister;
  settler: SagaSettler;
  floor: Floor;
  database: Pool;
  deadLetters: DeadLetters;
  /** Undefined while it has no rules. */
  bridge: Pick<RunningBridge, 'assertDelivering'> | undefined;
  lifecycle: Lifecycle;
}

/** The routes of the saga service on its own port: health, metrics, dead letters of the bridge, and a graceful shutdown. */
@Module({})
export class SagaModule {
  static register({ watch, register, timelines, leaks, settler, floor, database, ...options }: SagaModuleOptions): DynamicModule {
    return {
      module: SagaModule,
      controllers: [RefreshController, EndedSagasController, SettleController, LeaksController, FloorController],
      providers: [
        { provide: SagaWatch, useValue: watch },
        { provide: SagaRegister, useValue: register },
        { provide: EndedTimelineStore, useValue: timelines },
        { provide: LeakRegister, useValue: leaks },
        { provide: SagaSettler, useValue: settler },
        { provide: Floor, useValue: floor },
      ],
      imports: [
        OperationsModule.register({
          inject: [],
          useFactory: () => ({
            database: () => database.query(sql`select 1`),
            bridge: async () => options.bridge?.assertDelivering(),
          }),
        }),
        AtShutdownModule.register(options.lifecycle),
        DeadLettersModule.register(options.deadLetters),
      ],
    };
  }
}
