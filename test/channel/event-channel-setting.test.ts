import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../libs/config/settings.js';
import type { Channel } from '../../libs/messaging/channel/channel.js';
import { migrate } from '../../libs/database/migrate.js';
import { migrationFolders } from '../../libs/database/services.js';
import { LogHarness } from '../events/log.harness.js';
import { eventually } from '../support/api.js';
import { brokerOrReason, type RunningBroker } from './brokers/broker.js';
import { startKafkaServer } from './brokers/kafka-server.js';
import { startNatsServer } from './brokers/nats-server.js';
import { kafkaEnvironment, natsEnvironment } from './broker-channel.harness.js';
import { Listener } from './listener.harness.js';
import { MemberProcess } from './member-process.harness.js';
import { openAs } from './channel.harness.js';

const nats = await brokerOrReason('NATS', startNatsServer);
const kafka = await brokerOrReason('Kafka', startKafkaServer);

let testLog: LogHarness;
beforeAll(async () => {
  testLog = await LogHarness.create();
  const service = new pg.Client({ connectionString: testLog.urlOf('hooks') });
  await service.connect();
  await migrate(service, [...migrationFolders.hooks, 'channel']);
  await service.end();
});
afterAll(async () => {
  await testLog?.drop();
  for (const broker of [nats, kafka]) if (typeof broker !== 'string') await broker.stop();
});

/** The only difference between transports: these settings. */
const transports: [string, RunningBroker | string | undefined, (broker: RunningBroker) => Environment][] = [
  ['postgres', undefined, () => ({})],
  ['nats', nats, natsEnvironment],
  ['kafka', kafka, kafkaEnvironment],
];

describe.each(transports)('with EVENT_CHANNEL=%s', (transport, broker, environmentOf) => {
  const environment = (): Environment => ({
    DATABASE_URL: testLog.urlOf('hooks'),
    ...(broker === undefined || typeof broker === 'string' ? {} : environmentOf(broker)),
    EVENT_CHANNEL: transport,
  });
  const channels: Channel[] = [];
  const members: MemberProcess[] = [];
  afterAll(async () => {
    await Promise.all(channels.map((channel) => channel.close()));
    await Promise.all(members.map((member) => member.kill()));
  });

  const relay = async () => {
    const { EVENT_CHANNEL, NATS_URL, KAFKA_BROKERS } = environment();
    const brokers = { ...(NATS_URL && { NATS_URL }), ...(KAFKA_BROKERS && { KAFKA_BROKERS }) };
    return testLog.relay({ EVENT_CHANNEL: EVENT_CHANNEL!, ...brokers });
  };
  const cursor = async () => {
    const { rows } = await testLog.admin.query<{ position: string }>('select position from events.cursor where name = $1', [
      `broker:${transport}`,
    ]);
    return Number(rows[0]?.position ?? 0);
  };

  it.skipIf(typeof broker === 'string')('delivers the events of services to a consumer although relays die', async () => {
    const relays = [await relay(), await relay()];
    const group = `group-${randomUUID()}`;
    const member = await MemberProcess.start(environment(), { group, types: ['order.*'], from: 'now' });
    members.push(member);
    const keys = [randomUUID(), randomUUID(), randomUUID()];
    const stated: string[] = [];
    const state = async (version: number) => {
      for (const aggregate of keys) stated.push(await testLog.emit({ aggregate, version }));
    };
    await state(1);
    await eventually(
      async () => stated.filter((eventId) => !member.acked.some((acked) => acked.eventId === eventId)),
      (left) => left.length === 0,
    );
    await relays[0]!.kill('SIGKILL');
    await state(2);
    await state(3);
    await eventually(
      async () => stated.filter((eventId) => !member.acked.some((acked) => acked.eventId === eventId)),
      (left) => left.length === 0,
    );
    const order = [...new Set(member.given.map(({ eventId }) => eventId))];
    for (const i of keys.keys()) {
      const ofKey = stated.filter((_, n) => n % keys.length === i);
      expect(order.filter((eventId) => ofKey.includes(eventId))).toEqual(ofKey);
    }
    expect(await relays[1]!.kill('SIGTERM')).toBe('SIGTERM'); // which it is given again once it has ended in order
  });

  it.skipIf(typeof broker === 'string')('delivers the events that were in the log before the first follower', async () => {
    const [aggregate] = [randomUUID()];
    const before = await testLog.relay();
    const stated = [await testLog.emit({ aggregate, version: 1 }), await testLog.emit({ aggregate, version: 2 })];
    await eventually(
      () => testLog.versions(aggregate),
      (versions) => versions.length === 2,
    );
    await before.kill('SIGTERM');
    const channel = await openAs('hooks', environment());
    channels.push(channel);
    const listener = new Listener();
    await channel.subscribe({ group: `group-${randomUUID()}`, types: [], from: 'beginning' }, listener.handle);
    const follower = await relay();
    await eventually(
      async () => listener.acked.map(({ eventId }) => eventId).filter((eventId) => stated.includes(eventId)),
      (had) => had.length >= 2,
    );
    expect(listener.versions(aggregate)).toEqual([1, 2]);
    if (transport !== 'postgres') {
      const head = (await testLog.all()).at(-1)!.position;
      await eventually(cursor, (position) => position === head);
    }
    await follower.kill('SIGTERM');
  });
});
