import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { sql } from '../../../libs/database/sql.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { SecretBox } from './secret-box.js';

export interface IdempotentCommand {
  /** The caller's `Idempotency-Key`, if it sent one. */
  key?: string | undefined;
  /** The hash of the request. Two requests with the same fingerprint are the same request. */
  fingerprint: string;
}

/**
 * Executes a command once for each idempotency key. A repeat gets the first answer. Answers are encrypted, because one may
 * contain a secret.
 */
export class IdempotencyKeys {
  constructor(
    private readonly database: Pool,
    private readonly box: SecretBox,
  ) {}

  /**
   * Runs `work` in a transaction, together with the record of its key.
   * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED` when the key came with another request.
   */
  async once<Answer>(
    { key, fingerprint }: IdempotentCommand,
    now: Date,
    work: (tx: PoolClient) => Promise<Answer>,
  ): Promise<Answer> {
    return inTransaction(this.database, async (tx) => {
      if (key === undefined) return work(tx);
      // Of two concurrent requests the second waits here for the answer of the first.
      await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
      const first = await this.recorded<Answer>(tx, key, fingerprint);
      if (first) return first.answer;
      const answer = await work(tx);
      const { keyId, ciphertext } = this.box.seal(JSON.stringify(answer), key);
      await tx.query(
        sql`insert into command (key, fingerprint, key_id, answer, created_at)
         values (${key}, ${fingerprint}, ${keyId}, ${ciphertext}, ${now})`,
      );
      return answer;
    });
  }

  private async recorded<Answer>(tx: PoolClient, key: string, fingerprint: string): Promise<{ answer: Answer } | undefined> {
    const { rows } = await tx.query<{ fingerprint: string; keyId: string; answer: Buffer }>(
      sql`select fingerprint, key_id as "keyId", answer from command where key = ${key}`,
    );
    const [row] = rows;
    if (!row) return undefined;
    if (row.fingerprint !== fingerprint)
      throw new ProblemException(
        422,
        'IDEMPOTENCY_KEY_REUSED',
        'The Idempotency-Key was used for another request before. Use a new key for a new request.',
      );
    return { answer: JSON.parse(this.box.open({ keyId: row.keyId, ciphertext: row.answer }, key)) as Answer };
  }
}
