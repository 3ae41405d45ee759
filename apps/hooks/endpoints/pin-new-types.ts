import type { Pool } from 'pg';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { sql } from '../../../libs/database/sql.js';
import { pinVersions } from './event-types.js';

/**
 * Pins types that are newer than a hook (`order.*` includes them) to their newest version. It runs before the first delivery, so
 * that the next release does not change the version that a hook gets.
 */
export async function pinNewTypes(database: Pool): Promise<void> {
  await inTransaction(database, async (tx) => {
    const { rows } = await tx.query<{
      hookId: string;
      exactTypes: string[];
      services: string[];
      versionPins: Record<string, number>;
    }>(
      sql`select hook_id as "hookId", exact_types as "exactTypes", services, version_pins as "versionPins" from endpoint
       order by hook_id for no key update`,
    );
    for (const { hookId, versionPins, ...selection } of rows) {
      const pins = pinVersions(selection, versionPins);
      if (Object.keys(pins).length !== Object.keys(versionPins).length)
        await tx.query(sql`update endpoint set version_pins = ${pins} where hook_id = ${hookId}`);
    }
  });
}
