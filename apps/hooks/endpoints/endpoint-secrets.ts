import { randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { sql } from '../../../libs/database/sql.js';
import type { SecretBox } from './secret-box.js';

const SECRET_BYTES = 32;
const LIVE_AT_MOST = 10;

type Queries = Pick<Pool | PoolClient, 'query'>;

/** The secrets that deliveries are signed with, encrypted at rest. */
export class EndpointSecrets {
  constructor(private readonly box: SecretBox) {}

  /** Creates a secret, whose signature comes first from now on. @returns the secret, which is shown only once. */
  async add(tx: Queries, hookId: string, now: Date): Promise<string> {
    const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    const { keyId, ciphertext } = this.box.seal(secret, hookId);
    await tx.query(
      sql`insert into endpoint_secret (hook_id, key_id, ciphertext, created_at)
       values (${hookId}, ${keyId}, ${ciphertext}, ${now})`,
    );
    return secret;
  }

  /** Ends the current secrets at `at`. If there are too many, the oldest end at once. */
  async expire(tx: Queries, hookId: string, at: Date): Promise<void> {
    await tx.query(
      sql`update endpoint_secret set expires_at = ${at} where hook_id = ${hookId} and (expires_at is null or expires_at > ${at})`,
    );
    await tx.query(
      sql`delete from endpoint_secret where hook_id = ${hookId} and secret_id not in
       (select secret_id from endpoint_secret where hook_id = ${hookId} order by secret_id desc limit ${LIVE_AT_MOST - 1})`,
    );
  }

  /**
   * The secrets that sign at `now`, by endpoint, newest first. If a secret cannot be read, its endpoint gets an error instead, so
   * that no other endpoint is affected: another process may have encrypted it with a key that this process does not have yet.
   */
  async live(database: Queries, hookIds: readonly string[], now: Date): Promise<Map<string, string[] | Error>> {
    const { rows } = await database.query<{ hookId: string; keyId: string; ciphertext: Buffer }>(
      sql`select hook_id as "hookId", key_id as "keyId", ciphertext from endpoint_secret
       where hook_id = any(${hookIds}::uuid[]) and (expires_at is null or expires_at > ${now}) order by secret_id desc`,
    );
    const read = (hookId: string): string[] | Error => {
      try {
        return rows.filter((row) => row.hookId === hookId).map((sealed) => this.box.open(sealed, hookId));
      } catch (error) {
        return new Error(`A secret of the hook ${hookId} cannot be read, so nothing was sent. ${(error as Error).message}`);
      }
    };
    return new Map(hookIds.map((hookId) => [hookId, read(hookId)]));
  }
}
