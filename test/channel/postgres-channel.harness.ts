import pg from 'pg';
import { migrate } from '../../libs/database/migrate.js';
import { migrationFolders } from '../../libs/database/services.js';
import { inLogTransaction } from '../../libs/messaging/relay/log-transaction.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import type { ChannelOptions } from '../../libs/messaging/channel/channel-options.js';
import { LogHarness } from '../events/log.harness.js';
import { CuttingProxy } from '../support/cutting-proxy.harness.js';
import { type ChannelHarness, openAs } from './channel.harness.js';

/** The role whose group it is: one that may read the log. */
const SERVICE = 'hooks';

/** The log of a database of the test's own, read by the role of a service whose schema has the tables of a channel. */
export async function startPostgresChannelHarness(): Promise<ChannelHarness & { testLog: LogHarness }> {
  const testLog = await LogHarness.create();
  const environment = { EVENT_CHANNEL: 'postgres', DATABASE_URL: testLog.urlOf(SERVICE) };
  const service = new pg.Client({ connectionString: environment.DATABASE_URL });
  await service.connect();
  await migrate(service, [...migrationFolders.hooks, 'channel']);
  await service.end();
  const open = (options?: ChannelOptions) => openAs(SERVICE, environment, options);
  const reader = await open();
  const proxy = await CuttingProxy.before(testLog.urlOf(SERVICE));
  const proxied = new URL(testLog.urlOf(SERVICE));
  proxied.host = new URL(proxy.url).host;
  return {
    testLog,
    open,
    environment: { ...environment, DATABASE_URL: proxied.href },
    outage: () => {
      proxy.takeDown();
      return () => proxy.bringUp();
    },
    publish: async (events) => {
      // The log knows repeats by their ids, as the relay does.
      const before = new Map((await reader.publish(events)).map((result, i) => [events[i]!.eventId, result.taken]));
      const fresh = events.filter(({ eventId }) => !before.get(eventId));
      if (fresh.length > 0) await inLogTransaction(testLog.log, async (client) => void (await client.query(...insert(fresh))));
      return (await reader.publish(events)).map((result, i) =>
        result.taken && !before.get(events[i]!.eventId) ? { taken: true, duplicate: false } : result,
      );
    },
    // The log refuses no event of this harness.
    refusable: (event) => event,
    stop: async () => {
      await reader.close();
      proxy.close();
      await testLog.drop();
    },
  };
}

const columns = {
  event_id: 'eventId',
  service: 'service',
  type: 'type',
  type_version: 'typeVersion',
  aggregate_type: 'aggregateType',
  aggregate_id: 'aggregateId',
  aggregate_version: 'aggregateVersion',
  subject: 'subject',
  occurred_at: 'occurredAt',
  correlation_id: 'correlationId',
  causation_id: 'causationId',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  data: 'data',
} as const satisfies Record<string, keyof LoggedEvent>;

function insert(events: readonly LoggedEvent[]): [string, unknown[]] {
  const names = Object.values(columns);
  const rows = events.map((_, row) => `(${names.map((_name, i) => `$${row * names.length + i + 1}`).join(', ')})`);
  return [
    `insert into events.log (${Object.keys(columns).join(', ')}) values ${rows.join(', ')}`,
    events.flatMap((event) => names.map((name) => event[name])),
  ];
}
