import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../../libs/database/in-transaction.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { system } from '../support/system.js';

const pool = servicePool(system().databaseAdminUrl, 'test', 1);
const operator = new pg.Client({ connectionString: system().databaseAdminUrl });
beforeAll(() => operator.connect());
afterAll(() => Promise.all([pool.end(), operator.end()]));

describe('a transaction whose connection is cut', () => {
  const cut = (pid: number) => operator.query('select pg_terminate_backend($1, 5000)', [pid]);
  const broken = (tx: pg.PoolClient) => new Promise((resolve) => tx.once('end', resolve));

  it.each([
    ['while it says something', (tx: pg.PoolClient, pid: number) => Promise.all([tx.query('select pg_sleep(60)'), cut(pid)])],
    ['between two statements', (tx: pg.PoolClient, pid: number) => Promise.all([broken(tx), cut(pid)])],
  ])('%s fails, and neither the process nor the pool is the worse for it', async (_, work) => {
    const cutOff = inTransaction(pool, async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await work(tx, rows[0]!.pid);
    });
    await expect(cutOff).rejects.toThrow(/terminat|not queryable/i);
    const { rows } = await pool.query<{ alive: boolean }>('select true as alive');
    expect(rows).toEqual([{ alive: true }]);
  });
});
