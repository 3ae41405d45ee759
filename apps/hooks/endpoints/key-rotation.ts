import type { Pool } from 'pg';
import { boundedCount } from '../../../libs/database/bounded-count.js';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { ifGiven, join, raw, sql } from '../../../libs/database/sql.js';
import type { SecretBox } from './secret-box.js';

const BATCH = 100;
const COUNTED_UP_TO = 10_000;

/** The tables with encrypted rows: their key, and the column that the ciphertext is authenticated with. */
const tables = [
  { name: 'endpoint_secret', id: 'secret_id', idType: 'bigint', owner: 'hook_id', sealed: 'ciphertext' },
  { name: 'command', id: 'key', idType: 'text', owner: 'key', sealed: 'answer' },
] as const;
type Table = (typeof tables)[number];

/**
 * Re-encrypts rows that use an old key with `HOOKS_SECRET_KEY`, in bounded batches, so that the old key can be removed from
 * `HOOKS_OLD_SECRET_KEYS`. Any number of processes may do it.
 */
export class KeyRotation {
  /** Where the next batch begins, so that a row that cannot be decrypted does not block later rows. */
  private readonly after = new Map<string, string>();
  private reported: number | undefined;

  constructor(
    private readonly database: Pool,
    private readonly box: SecretBox,
    private readonly log: (text: string) => void,
  ) {}

  /**
   * @throws Error when a row was encrypted with a missing key. The service must not start then, because it would waste attempts.
   */
  async requireKeys(): Promise<void> {
    const used = await Promise.all(tables.map(({ name }) => this.keyIdsIn(name)));
    const lost = [...new Set(used.flat())].filter((keyId) => !this.box.hasKey(keyId));
    if (lost.length === 0) return;
    throw new Error(
      `Secrets of hooks are encrypted with a key that is neither HOOKS_SECRET_KEY nor in HOOKS_OLD_SECRET_KEYS (${lost.join(', ')}). ` +
        'Put that key into HOOKS_OLD_SECRET_KEYS until the metric hooks_old_key_secrets is 0. If it is lost, delete the hooks that ' +
        'used it and create them again (docs/hooks.md).',
    );
  }

  /** Re-encrypts one batch for each table and old key. @returns whether there may be more at once. */
  async step(): Promise<boolean> {
    let more = false;
    for (const table of tables) for (const keyId of this.box.oldKeyIds) more = (await this.reencrypt(table, keyId)) || more;
    if (!more && this.box.oldKeyIds.length > 0) await this.report();
    return more;
  }

  /** How many secrets and answers are encrypted with an old key, up to 10,000 of each. */
  async remaining(): Promise<number> {
    const { oldKeyIds } = this.box;
    const counts = tables.map(({ name }) => boundedCount(sql`${raw(name)} where key_id = any(${oldKeyIds})`, COUNTED_UP_TO));
    const { rows } = await this.database.query<{ remaining: number }>(sql`select ${join(counts, ' + ')} as remaining`);
    return rows[0]!.remaining;
  }

  private async reencrypt({ name, id, idType, owner, sealed }: Table, oldKeyId: string): Promise<boolean> {
    const cursor = `${name} ${oldKeyId}`;
    const after = this.after.get(cursor);
    return inTransaction(this.database, async (tx) => {
      const { rows } = await tx.query<{ id: string; owner: string; ciphertext: Buffer }>(
        sql`select ${raw(id)}::text as id, ${raw(owner)}::text as owner, ${raw(sealed)} as ciphertext from ${raw(name)}
         where key_id = ${oldKeyId} and ${ifGiven(after, sql`${raw(id)} > ${after}::${raw(idType)}`)}
         order by ${raw(id)} limit ${BATCH} for update skip locked`,
      );
      for (const row of rows) {
        const text = this.decrypted({ keyId: oldKeyId, ciphertext: row.ciphertext }, row.owner);
        if (text === undefined) continue;
        const { keyId, ciphertext } = this.box.seal(text, row.owner);
        await tx.query(
          sql`update ${raw(name)} set key_id = ${keyId}, ${raw(sealed)} = ${ciphertext} where ${raw(id)} = ${row.id}`,
        );
      }
      if (rows.length === BATCH) this.after.set(cursor, rows.at(-1)!.id);
      else this.after.delete(cursor);
      return rows.length === BATCH;
    });
  }

  private decrypted(sealed: { keyId: string; ciphertext: Buffer }, owner: string): string | undefined {
    try {
      return this.box.open(sealed, owner);
    } catch {
      return undefined; // The row stays, and is counted and reported.
    }
  }

  private async report(): Promise<void> {
    const remaining = await this.remaining();
    if (remaining === this.reported) return;
    this.reported = remaining;
    const keys = this.box.oldKeyIds.join(', ');
    this.log(
      remaining === 0
        ? `Nothing is encrypted with an old key any more (${keys}). Empty HOOKS_OLD_SECRET_KEYS once every hooks process has the new key.`
        : `${remaining} rows of endpoint_secret and command are still encrypted with an old key (${keys}). Rows that stay cannot be decrypted.`,
    );
  }

  /** The ids of the keys that a table uses. Reads one index entry for each key. */
  private async keyIdsIn(name: Table['name']): Promise<string[]> {
    const { rows } = await this.database.query<{ keyId: string }>(
      sql`with recursive used as (
         (select min(key_id) as key_id from ${raw(name)})
         union all select (select min(key_id) from ${raw(name)} where key_id > used.key_id) from used where used.key_id is not null
       ) select key_id as "keyId" from used where key_id is not null`,
    );
    return rows.map(({ keyId }) => keyId);
  }
}
