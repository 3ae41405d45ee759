import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Consumer } from '../../libs/messaging/inbox/consumer.js';
import { ConsumerProgress } from '../../libs/messaging/inbox/consumer-progress.js';
import { ownPostgres, type OwnPostgres } from '../support/postgres.harness.js';
import { InboxBed, noting } from './inbox.harness.js';

const EVENTS = 20;

let postgres: OwnPostgres;
let bed: InboxBed;
beforeAll(async () => {
  postgres = await ownPostgres();
  bed = await InboxBed.create(postgres.adminUrl);
  // Nothing else brings commits to the disk that do not wait for it.
  await bed.database.query(`alter system set wal_writer_delay = '10s'`);
  await postgres.takeDown();
  await postgres.bringUp();
});
afterAll(async () => {
  await bed.drop();
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
  const inbox = bed.inbox();
  await inbox.begin(consumer, 'now');
  const events = await bed.say(...Array.from({ length: EVENTS }, (_, nr) => ({ aggregate: `thing-${nr}`, version: 1 })));
  for (const event of events) await inbox.receive(consumer, event);
  const progress = new ConsumerProgress(bed.database, consumer, () => false);
  expect(await progress.look()).toMatchObject({ missing: 0 });
  await postgres.crash();
  await postgres.bringUp();
  const { missing } = await progress.look();
  expect(missing + (await bed.effects(consumer.name)).length).toBe(EVENTS);
});
