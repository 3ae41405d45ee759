import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { pino } from 'pino';
import type { Projection } from '../../apps/projection/projection.js';
import type { ProjectionRunner } from '../../apps/projection/projection-runner.js';
import { ProjectionRunners } from '../../apps/projection/projection-runners.js';
import { ProjectionModule } from '../../apps/projection/projection.module.js';
import { projections } from '../../apps/projection/projections.js';
import { servicePool } from '../../libs/database/service-pool.js';
import type { Channel } from '../../libs/messaging/channel/channel.js';
import { PostgresChannel } from '../../libs/messaging/channel/postgres.channel.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { Inbox } from '../../libs/messaging/inbox/inbox.js';
import { inLogTransaction } from '../../libs/messaging/relay/log-transaction.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { LogHarness } from '../events/log.harness.js';

const log = pino({ level: 'silent' });

export interface Stated {
  type: string;
  aggregateId: string;
  version: number;
  data: object;
}

/** A log of the test's own, and the projection service over it in this process; the channel may be any. */
export class ProjectionHarness {
  private constructor(
    readonly testLog: LogHarness,
    /** As the service's role. */
    readonly database: pg.Pool,
    readonly runners: ProjectionRunners,
    private readonly app: NestExpressApplication,
    readonly url: string,
  ) {}

  static async start(
    options: {
      projections?: readonly Projection[];
      channel?: Channel;
      fetchAfterMs?: number;
      testLog?: LogHarness;
      logRetentionMs?: number;
      inboxRetentionMs?: number;
    } = {},
  ): Promise<ProjectionHarness> {
    const testLog = options.testLog ?? (await LogHarness.create());
    const databaseUrl = testLog.urlOf('projection');
    const database = servicePool(databaseUrl, 'projection', 10);
    const eventLog = new EventLog(database);
    const channel = options.channel ?? new PostgresChannel(servicePool(databaseUrl, 'projection-channel', 4));
    const writes = servicePool(databaseUrl, 'projection-writes', 10);
    const inbox = new Inbox({ database: writes, history: eventLog, attempts: 2 });
    const buildingInbox = new Inbox({ database, history: eventLog, attempts: 2 });
    const { fetchAfterMs, logRetentionMs = 86_400_000, inboxRetentionMs = 86_400_000 } = options;
    const runners = new ProjectionRunners(options.projections ?? projections, {
      database,
      eventLog,
      channel,
      inbox,
      buildingInbox,
      log,
      logRetentionMs,
      inboxRetentionMs,
      ...(fetchAfterMs === undefined ? {} : { fetchAfterMs }),
    });
    await runners.start();
    const module = ProjectionModule.register({ database, writes, eventLog, channel, inbox, runners });
    const app = await startService({ module, log, host: '127.0.0.1', port: 0 });
    return new ProjectionHarness(testLog, database, runners, app, (await app.getUrl()).replace('[::1]', '127.0.0.1'));
  }

  runner(name: string): ProjectionRunner {
    return this.runners.find(name)!;
  }

  /** Puts facts into the log, as the relay would. @returns the position of the last. */
  async state(...facts: Stated[]): Promise<number> {
    return inLogTransaction(this.testLog.log, async (client) => {
      let position = 0;
      for (const { type, aggregateId, version, data } of facts) {
        const service = type.split('.')[0]!;
        const { rows } = await client.query<{ position: string }>(
          `insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, correlation_id, data)
           values ($1, $2, $3, 1, $2, $4, $5, $4, clock_timestamp(), 'create-order:' || $4, $6) returning position`,
          [randomUUID(), service, type, aggregateId, version, JSON.stringify(data)],
        );
        position = Number(rows[0]!.position);
      }
      return position;
    });
  }

  /** Lets a rebuild that has come as far as it can try to be what is read. @returns the generation that is read after that. */
  async tryToSwitch(name: string): Promise<number> {
    // By now every process has noticed it; nothing but what it lacks is in the way.
    await this.database.query(`update projection set building_since = building_since - interval '1 hour' where name = $1`, [
      name,
    ]);
    await this.runner(name).rebuildStep();
    return (await this.runner(name).state()).generation;
  }

  async stop(): Promise<void> {
    await this.app.close();
  }

  async drop(): Promise<void> {
    await this.stop();
    await this.testLog.drop();
  }
}

const euros = (amount: number) => ({ amount: amount * 100, currency: 'EUR' });

/** The facts of an order that is placed and approved. */
export function approvedOrder(customerId: string, orderId: string = randomUUID()): Stated[] {
  const total = euros(3);
  const lines = [{ sku: 'SKU-TOKEN', quantity: 3, unitPrice: euros(1) }];
  return [
    { type: 'order.placed', aggregateId: orderId, version: 1, data: { orderId, customerId, lines, total } },
    { type: 'order.approved', aggregateId: orderId, version: 2, data: { orderId, customerId, total } },
  ];
}

export const registered = (customerId: string): Stated => ({
  type: 'customer.registered',
  aggregateId: customerId,
  version: 1,
  data: { customerId, state: 'ACTIVE' },
});
