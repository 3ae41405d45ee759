import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Pool } from 'pg';
import { sql } from '../../libs/database/sql.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { AtShutdownModule } from '../../libs/service-kit/at-shutdown.module.js';
import { OperationsModule } from '../../libs/service-kit/operations.module.js';
import type { FeedSettings } from './feeds/feed-settings.js';
import { FeedsModule } from './feeds/feeds.module.js';
import type { HooksOptions } from './hooks.options.js';
import { WebhooksModule } from './webhooks.module.js';

/** The hooks service: feeds and webhooks. They share the log, the event ids and the cursor. */
@Global()
@Module({})
export class HooksAppModule {
  static register(hooks: HooksOptions, feeds: FeedSettings): DynamicModule {
    const { database } = hooks;
    return {
      module: HooksAppModule,
      imports: [
        OperationsModule.register({ inject: [], useFactory: () => ({ database: () => database.query(sql`select 1`) }) }),
        WebhooksModule.register(hooks),
        AtShutdownModule.register({ close: () => database.end() }),
        FeedsModule.register(feeds),
      ],
      providers: [
        { provide: Pool, useValue: database },
        { provide: EventLog, useValue: new EventLog(database) },
      ],
      exports: [Pool, EventLog],
    };
  }
}
