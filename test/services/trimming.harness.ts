import type { Trimmed } from '../../contracts/participant/retention.resource.js';
import type { ParticipantHarness } from './participant.harness.js';

/** Tables of keys, marks and tombstones, each with the time that its trimming goes by. */
const timeColumns: Record<string, string> = {
  command: 'created_at',
  operation: 'marked_at',
  released_order: 'released_at',
  restored_change: 'restored_at',
  reservation: 'created_at',
  payment: 'created_at',
};

/** Makes the keys, marks and tombstones about these ids as old as asked. */
export async function backdate(harness: ParticipantHarness, time: string, ...ids: string[]): Promise<void> {
  const tables = await harness.rows<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = $1 and table_name = any($2)`,
    harness.participant,
    Object.keys(timeColumns),
  );
  for (const { name } of tables)
    for (const id of ids)
      await harness.rows(`update ${name} set ${timeColumns[name]} = $1 where position($2 in ${name}::text) > 0`, time, id);
}

/** Asks for batches until nothing is left to remove. @returns what went, by table, and how many batches it took. */
export async function trim(harness: ParticipantHarness, keepCommandsSince: string) {
  const total: Record<string, number> = {};
  for (let batches = 1; ; batches++) {
    const { status, body } = await harness.request('POST', '/retention', JSON.stringify({ keepCommandsSince }), {
      'content-type': 'application/json',
    });
    if (status !== 200) throw new Error(`POST /retention answered ${status}: ${JSON.stringify(body)}`);
    const { removed, more, keptSince } = body as Trimmed;
    for (const [table, count] of Object.entries(removed)) total[table] = (total[table] ?? 0) + count;
    if (!more) return { removed: total, batches, keptSince };
  }
}
