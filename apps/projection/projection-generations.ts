import pg, { type Pool } from 'pg';
import { inTransaction } from '../../libs/database/in-transaction.js';
import type { Projection } from './projection.js';

export interface Generations {
  /** The one that is read. */
  generation: number;
  /** The one that a rebuild writes. */
  building: number | null;
}

/** How many generations back something may be left of. */
const OLD = 5;

/** Which generation of a read model is read, and which is being built: one row, shared by all processes. */
export class ProjectionGenerations {
  constructor(
    private readonly database: Pool,
    private readonly projection: Projection,
  ) {}

  async current(): Promise<Generations> {
    const { name } = this.projection;
    const { rows } = await this.database.query<Generations>('select generation, building from projection where name = $1', [
      name,
    ]);
    if (rows[0]) return rows[0];
    await this.database.query('insert into projection (name, generation) values ($1, 1) on conflict do nothing', [name]);
    return this.current();
  }

  /** Begins the next generation, or finds the one that was begun. @returns its number. */
  async begin(): Promise<number> {
    const { rows } = await this.database.query<{ building: number }>(
      'update projection set building = coalesce(building, generation + 1) where name = $1 returning building',
      [this.projection.name],
    );
    return rows[0]!.building;
  }

  /** From here on the generation is what is read. @returns false if it was not being built (any more). */
  async switchTo(generation: number): Promise<boolean> {
    const { rowCount } = await this.database.query(
      'update projection set generation = $2, building = null, rebuilt_at = clock_timestamp() where name = $1 and building = $2',
      [this.projection.name, generation],
    );
    return rowCount === 1;
  }

  /** Removes what is left of generations before the one that is read. Another process may have written to one until a moment ago, so this is done again and again. */
  async removeOld(): Promise<void> {
    const { generation } = await this.current();
    for (let old = Math.max(1, generation - OLD); old < generation; old++) {
      const consumers = this.projection.consumers(old).map(({ name }) => name);
      await inTransaction(this.database, async (tx) => {
        for (const table of this.projection.tables)
          await tx.query(`delete from ${pg.escapeIdentifier(table)} where generation = $1`, [old]);
        for (const table of ['inbox', 'inbox_head', 'inbox_start', 'inbox_dead', 'projection_mark'])
          await tx.query(`delete from ${table} where consumer = any($1)`, [consumers]);
      });
    }
  }
}
