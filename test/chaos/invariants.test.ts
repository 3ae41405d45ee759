import { readFileSync } from 'node:fs';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChaosSystem, startChaosSystem } from './chaos-system.js';
import { readInvariants, violations } from './invariants.js';
import { quietWorld } from './quiet-world.js';
import { onSystem } from './run-chaos.js';

const invariants = readInvariants();
/** Long deadlines, so that a busy machine makes no saga give up. */
const patience = { SAGA_STEP_DEADLINE_MS: 60_000, SAGA_FORWARD_DEADLINE_MS: 120_000, SAGA_ATTENTION_AFTER_MS: 60_000 };
let system: ChaosSystem;
let client: PoolClient;

beforeAll(async () => {
  system = await startChaosSystem({ splitWorker: false, settleLost: true, settings: patience, log: () => {} });
  expect((await onSystem(system, quietWorld)).violations).toEqual([]);
  client = await system.database.connect();
}, 180_000);
afterAll(async () => {
  client?.release();
  await system?.stop();
}, 60_000);

describe('the invariants of a run', () => {
  it('are at least 26, and each says what it promises', () => {
    expect(invariants.length).toBeGreaterThanOrEqual(26);
    for (const { name, promise } of invariants) expect(promise, name).toMatch(/^[A-Z].+\.$/);
    const testing = readFileSync('docs/testing.md', 'utf8');
    for (const { name } of invariants) expect(testing).toContain(`\`${name}\``);
  });

  it.each(invariants.map(({ name }) => name))('%s sees what is planted for it, and no other does', async (name) => {
    await client.query('begin');
    try {
      // Without the triggers that keep such rows away.
      await client.query('set local session_replication_role = replica');
      await client.query(readFileSync(`test/chaos/planted-rows/${name}.sql`, 'utf8'));
      expect((await violations(client, invariants)).map(({ invariant }) => invariant)).toEqual([name]);
    } finally {
      await client.query('rollback');
    }
  });
});
