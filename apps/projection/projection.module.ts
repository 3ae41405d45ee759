import { type DynamicModule, Module } from '@nestjs/common';
import { Pool } from 'pg';
import { sql } from '../../libs/database/sql.js';
import type { Channel } from '../../libs/messaging/channel/channel.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { DeadLetters } from '../../libs/messaging/inbox/dead-letters.js';
import { DeadLettersModule } from '../../libs/messaging/inbox/dead-letters.module.js';
import type { Inbox } from '../../libs/messaging/inbox/inbox.js';
import { AtShutdownModule } from '../../libs/service-kit/at-shutdown.module.js';
import { OperationsModule } from '../../libs/service-kit/operations.module.js';
import { CustomerOrdersController } from './customer-orders.controller.js';
import { ProjectionRunners } from './projection-runners.js';
import { ProjectionsController } from './projections.controller.js';
import { SagaListController } from './saga-list.controller.js';

export interface ProjectionParts {
  database: Pool;
  /** The connections that write the live generations. */
  writes: Pool;
  eventLog: EventLog;
  channel: Channel;
  inbox: Inbox;
  runners: ProjectionRunners;
}

/** The routes of the read models, and their runners. */
@Module({})
export class ProjectionModule {
  static register({ database, writes, eventLog, channel, inbox, runners }: ProjectionParts): DynamicModule {
    return {
      module: ProjectionModule,
      imports: [
        OperationsModule.register({
          inject: [],
          useFactory: () => ({ database: () => database.query(sql`select 1`), channel: async () => channel.assertDelivering() }),
        }),
        AtShutdownModule.register({
          drain: () => runners.stop(),
          close: async () => {
            await channel.close();
            await Promise.all([database.end(), writes.end()]);
          },
        }),
        DeadLettersModule.register(new DeadLetters(database, inbox, () => runners.consumers())),
      ],
      controllers: [CustomerOrdersController, SagaListController, ProjectionsController],
      providers: [
        { provide: Pool, useValue: database },
        { provide: EventLog, useValue: eventLog },
        { provide: ProjectionRunners, useValue: runners },
      ],
    };
  }
}
