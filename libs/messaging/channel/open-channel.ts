import type { Settings } from '../../config/settings.js';
import { servicePool } from '../../database/service-pool.js';
import type { Channel } from './channel.js';
import { type ChannelOptions, LEASE_MS } from './channel-options.js';
import { PostgresChannel } from './postgres.channel.js';

/** The settings that a process reads to open its channel: `readSettings(...channelSettings)`. */
export const channelSettings = ['EVENT_CHANNEL', 'DATABASE_URL', 'NATS_URL', 'KAFKA_BROKERS'] as const;
export type ChannelSettings = Pick<Settings, (typeof channelSettings)[number]>;

/** All subscriptions of a process share these connections for reading and heartbeats. */
const CONNECTIONS = 4;
/** A member must not wait for a silent server: after its lease other members have its partitions. */
const QUERY_TIMEOUT_MS = LEASE_MS / 2;

/**
 * Opens the channel that `EVENT_CHANNEL` names. Nothing else in a consumer depends on the transport.
 *
 * @param service the service that uses it. `postgres` needs `DATABASE_URL` as the service's own role, and the tables of `prisma/channel`.
 * @throws if the broker is unreachable.
 */
export async function openChannel(service: string, settings: ChannelSettings, options: ChannelOptions = {}): Promise<Channel> {
  const { EVENT_CHANNEL: transport, DATABASE_URL: databaseUrl } = settings;
  switch (transport) {
    case 'postgres': {
      if (!databaseUrl) throw new Error(`EVENT_CHANNEL=postgres needs DATABASE_URL: the database as the role of ${service}.`);
      return new PostgresChannel(
        servicePool(databaseUrl, `${service}-channel`, CONNECTIONS, { query_timeout: QUERY_TIMEOUT_MS }),
        options,
      );
    }
    // A process loads only the client of its own broker.
    case 'nats': {
      const { NatsChannel } = await import('./nats.channel.js');
      return NatsChannel.open(settings.NATS_URL, service, options);
    }
    case 'kafka': {
      const { KafkaChannel } = await import('./kafka.channel.js');
      return KafkaChannel.open(settings.KAFKA_BROKERS, service, options);
    }
  }
}
