import { type DynamicModule, Module } from '@nestjs/common';
import type { Pool } from 'pg';
import { sql } from '../../libs/database/sql.js';
import { DeadEvents } from '../../libs/messaging/relay/dead-events.js';
import type { BrokerFollower } from '../../libs/messaging/relay/broker-follower.js';
import type { NotificationListener } from '../../libs/database/notification-listener.js';
import type { LogRetention } from '../../libs/messaging/relay/log-retention.js';
import type { Outboxes } from '../../libs/messaging/relay/outboxes.js';
import type { Relay } from '../../libs/messaging/relay/relay.js';
import { AtShutdownModule } from '../../libs/service-kit/at-shutdown.module.js';
import { OperationsModule } from '../../libs/service-kit/operations.module.js';
import { RelayedPosition } from '../../libs/messaging/relay/relayed-position.js';
import { DeadEventsController } from './dead-events.controller.js';
import { PositionController } from './position.controller.js';
import type { SagaFloor } from './saga-floor.js';

export interface RelayParts {
  database: Pool;
  outboxes: Outboxes;
  relay: Relay;
  listeners: readonly NotificationListener[];
  /** Publishes the log to a broker, where one is the channel. */
  follower: BrokerFollower | undefined;
  retention: LogRetention;
  sagaFloor: SagaFloor;
}

/** Health and metrics of the relay, and what operators do about dead events. */
@Module({})
export class RelayModule {
  static register({ database, outboxes, relay, listeners, follower, retention, sagaFloor }: RelayParts): DynamicModule {
    return {
      module: RelayModule,
      imports: [
        OperationsModule.register({
          inject: [],
          useFactory: () => ({ database: () => database.query(sql`select 1`), relay: async () => relay.assertAlive() }),
        }),
        AtShutdownModule.register({
          drain: async () => {
            await Promise.all(listeners.map((listener) => listener.stop()));
            await relay.stop();
            await Promise.all([follower?.stop(), retention.stop()]);
          },
          close: async () => {
            await Promise.all([outboxes.close(), sagaFloor.close()]);
            await database.end();
          },
        }),
      ],
      controllers: [DeadEventsController, PositionController],
      providers: [
        { provide: DeadEvents, useValue: new DeadEvents(database, outboxes) },
        { provide: RelayedPosition, useValue: new RelayedPosition(database, outboxes, () => relay.hint()) },
      ],
    };
  }
}
