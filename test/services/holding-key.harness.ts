import pg from 'pg';
import { eventually } from '../support/api.js';
import type { ParticipantHarness } from './participant.harness.js';

interface HeldKey {
  /** Resolves when a transaction has the key and is held open. */
  untilHeld: () => Promise<unknown>;
  /** Resolves when another one waits for the key. */
  untilWaiting: () => Promise<unknown>;
  /** Lets the first one go on. */
  release: () => Promise<unknown>;
}

/** Any number that no other advisory lock uses. */
const LOCK = 727_073_000;

/** Holds open the transaction of the first who takes an idempotency key, so that a test can see who waits for it. */
export async function holdingKey(harness: ParticipantHarness, key: string, use: (held: HeldKey) => Promise<void>): Promise<void> {
  await harness.asAdministrator(async (client) => {
    // After the insert, so that the key is in the unique index.
    await client.query(`
      create or replace function hold_key() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(${LOCK}); return null; end $$;
      create trigger hold_key after insert on command for each row when (new.key = ${pg.escapeLiteral(key)}) execute function hold_key();
      select pg_advisory_lock(${LOCK})`);
    const waiting = async (event: string) => {
      const { rowCount } = await client.query(
        `select from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock' and wait_event = $2`,
        [`roundtrip-${harness.participant}`, event],
      );
      return rowCount! > 0;
    };
    const until = (event: string) => eventually(() => waiting(event), Boolean);
    const release = () => client.query(`select pg_advisory_unlock(${LOCK})`);
    try {
      await use({ untilHeld: () => until('advisory'), untilWaiting: () => until('transactionid'), release });
    } finally {
      await client.query('select pg_advisory_unlock_all()');
      await client.query('drop trigger hold_key on command; drop function hold_key()');
    }
  });
}
