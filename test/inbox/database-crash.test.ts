import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Consumer } from '../../libs/messaging/inbox/consumer.js';
import { ConsumerProgress } from '../../libs/messaging/inbox/consumer-progress.js';
import { startTestPostgres, type PostgresHarness } from '../support/postgres.harness.js';
import { InboxHarness, noting } from './inbox.harness.js';

const EVENTS = 20;

let postgres: PostgresHarness;
let harness: InboxHarness;
beforeAll(async () => {
  postgres = await startTestPostgres();
  harness = await InboxHarness.create(postgres.adminUrl);
  // Nothing else brings commits to the disk that do not wait for it.
  await harness.database.query(`alter system set wal_writer_delay = '10s'`);
  await postgres.takeDown();
  await postgres.bringUp();
});
afterAll(async () => {
  await harness.drop();
  await postgres.stop();
});

it('what a rebuild loses in a crash of the server is missing again', async () => {
  const noted = noting('latest');
  const consumer: Consumer = {
    ...noted,
    handle: async (event, tx) => {
      await tx.query('set local synchronous_commit = off');
      await noted.handle(event, tx);
    },
  };
  const inbox = harness.inbox();
  await inbox.begin(consumer, 'now');
  const events = await harness.append(...Array.from({ length: EVENTS }, (_, nr) => ({ aggregate: `thing-${nr}`, version: 1 })));
  for (const event of events) await inbox.receive(consumer, event);
  const progress = new ConsumerProgress(harness.database, consumer, () => false);
  expect(await progress.look()).toMatchObject({ missing: 0 });
  await postgres.crash();
  await postgres.bringUp();
  const { missing } = await progress.look();
  expect(missing + (await harness.effects(consumer.name)).length).toBe(EVENTS);
});
