import type { PoolClient } from 'pg';
import { fillTables, forgoDurability } from '../../bench/harness/fill-tables.js';
import type { CommandFloor } from '../../contracts/participant/retention.resource.js';
import type { Settings } from '../../libs/config/settings.js';
import { listenerProcesses } from '../../libs/embedded/processes.js';
import { type ChaosSystem, startChaosSystem } from '../chaos/chaos-system.js';
import { eventually } from '../support/api.js';
import { explainEverything } from './explained-statements.js';

/** How many rows each growing table is given. */
export const ROWS = 200_000;
/** How many rows a table gets that is like another one. They show a sequential read as well, in less time. */
const ALIKE_ROWS = 20_000;
/** How many of them are past every retention: rows are a second apart. */
const EXPIRED = 2_000;
const keptHours = (ROWS - EXPIRED) / 3_600;

/** Every loop that may be switched off is on, and none makes the test wait. */
const settings: Partial<Settings> = {
  SHORT_RETENTION: true,
  LOG_RETENTION_HOURS: keptHours,
  INBOX_RETENTION_HOURS: keptHours,
  COMMAND_RETENTION_HOURS: keptHours,
  SAGA_RETENTION_HOURS: keptHours,
  DELIVERY_RETENTION_HOURS: keptHours,
  MAIL_RETENTION_HOURS: keptHours,
  RETENTION_SWEEP_MS: 1_000,
  SETTLE_SWEEP_MS: 1_000,
  UNPAID_ORDER_TERM_MS: 600_000,
  HOOKS_OLD_SECRET_KEYS: Buffer.alloc(32, 'old').toString('base64'),
};

/**
 * A whole system whose growing tables have had `ROWS` rows before anything is counted or explained. Processes that read the log have started
 * afterwards, so that the first step of each of their loops counts.
 */
export async function startGrownSystem(receiver: string): Promise<ChaosSystem> {
  const system = await startChaosSystem({ splitWorker: false, settleLost: true, settings, log: () => {} });
  try {
    await createHook(system, receiver);
    await Promise.all(listenerProcesses.map(({ name }) => system.embedded.stop(name)));
    await forgoDurability(system.database);
    await ageEvents(system);
    await fillTables(system.database, ({ alike }) => (alike ? ALIKE_ROWS : ROWS));
    await takeHalfIntoSnapshots(system);
    await beginToCount(system);
    // The relay asks for the oldest saga before it removes anything, and the other loops are to find something below the log's floor.
    await system.embedded.start('saga');
    await eventually(
      () => oldestSaga(system),
      (oldest) => oldest !== null,
    );
    await system.embedded.start('relay');
    await eventually(
      () => floorOf(system),
      (floor) => floor > EXPIRED / 2,
    );
    await Promise.all((['hooks', 'notification', 'projection'] as const).map((name) => system.embedded.start(name)));
    return system;
  } catch (error) {
    await system.stop();
    throw error;
  }
}

/** Ends all connections but one, and with them whatever they would still add to the statistics. */
export async function endOtherConnections(client: PoolClient): Promise<void> {
  await client.query(
    `select pg_terminate_backend(pid, 10000) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
}

/** A hook with a secret, whose key the filled rows name. */
async function createHook({ embedded }: ChaosSystem, url: string): Promise<void> {
  const response = await fetch(new URL('/v1/hooks', embedded.addresses.gateway), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url, types: ['order.*'] }),
  });
  if (response.status !== 201) throw new Error(`The hook was not created: ${response.status} ${await response.text()}`);
}

/** What has happened so far is older than every row to come: in the log, times grow with positions. */
async function ageEvents({ database }: ChaosSystem): Promise<void> {
  await database.query(`begin; set local session_replication_role = replica;
    update events.log set recorded_at = recorded_at - interval '30 days', passed_at = passed_at - interval '30 days'; commit`);
}

/** Read models have taken half of what retention may remove into their snapshots, so the rest is still to do. */
async function takeHalfIntoSnapshots({ database }: ChaosSystem): Promise<void> {
  await database.query('update projection.projection set snapshot = (select min(position) from events.log) + $1', [EXPIRED / 2]);
}

async function oldestSaga({ embedded }: ChaosSystem): Promise<string | null> {
  const answer = await fetch(new URL('/floor', embedded.addresses.saga));
  return ((await answer.json()) as CommandFloor).keepCommandsSince;
}

async function floorOf({ database }: ChaosSystem): Promise<number> {
  const { rows } = await database.query<{ position: string }>('select position from events.log_floor');
  return Number(rows[0]!.position);
}

/** Counts again. A connection reports late what it has read, so that none stays but the one that asks. Building an index counts as a scan. */
async function beginToCount({ database }: ChaosSystem): Promise<void> {
  const client = await database.connect();
  try {
    await explainEverything(client);
    await client.query('select pg_stat_force_next_flush()');
    await endOtherConnections(client);
    await client.query('select pg_stat_reset()');
  } finally {
    client.release();
  }
}
