import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Client } from 'pg';

/** Runs a service's `seed.sql`, which adds what is missing and changes nothing that is there. @returns how many rows it added. */
export async function seed(client: Client, file: string): Promise<number> {
  if (!existsSync(file)) return 0;
  const results = await client.query(await readFile(file, 'utf8'));
  const each = Array.isArray(results) ? (results as unknown as { rowCount: number | null }[]) : [results];
  return each.reduce((rows, result) => rows + (result.rowCount ?? 0), 0);
}
