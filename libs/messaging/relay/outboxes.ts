import pg from 'pg';
import { servicePool } from '../../database/service-pool.js';
import { type OutboxPlace, outboxPlace } from './outbox-place.js';

const FIND_EVERY_MS = 10_000;

/** All outboxes that the relay empties: those in the log's database that let its role take from them, and those that settings name elsewhere. */
export class Outboxes {
  private readonly elsewhere: OutboxPlace[];
  private found: OutboxPlace[] = [];
  private foundAt = -Infinity;

  /** @param elsewhere the databases of services that have one of their own, by service; one of the same name here is left alone. */
  constructor(
    private readonly log: pg.Pool,
    elsewhere: Readonly<Record<string, string>>,
  ) {
    this.elsewhere = Object.entries(elsewhere).map(([service, url]) => outboxPlace(service, servicePool(url, 'relay', 3)));
  }

  /** Every outbox. A service whose schema is prepared later is found within 10 s, without a restart. */
  async all(): Promise<readonly OutboxPlace[]> {
    if (performance.now() - this.foundAt > FIND_EVERY_MS) {
      const { rows } = await this.log.query<{ service: string }>(
        `select n.nspname as service from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relname = 'outbox' and c.relkind in ('r', 'p') and has_schema_privilege(n.oid, 'usage')
           and has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'delete') order by 1`,
      );
      const named = new Set(this.elsewhere.map(({ service }) => service));
      this.found = rows.flatMap(({ service }) => (named.has(service) ? [] : [outboxPlace(service)]));
      this.foundAt = performance.now();
    }
    return [...this.found, ...this.elsewhere];
  }

  /** Those that may have something in them; whether one elsewhere has is seen when it is asked. */
  async waiting(): Promise<readonly OutboxPlace[]> {
    const all = await this.all();
    const here = all.filter(({ elsewhere }) => !elsewhere);
    if (here.length === 0) return all;
    try {
      const { rows } = await this.log.query<{ service: string }>(
        here
          .map(({ service, outbox }) => `select ${pg.escapeLiteral(service)} as service where exists (select from ${outbox})`)
          .join(' union all '),
      );
      const full = new Set(rows.map(({ service }) => service));
      return all.filter(({ service, elsewhere }) => elsewhere !== undefined || full.has(service));
    } catch (error) {
      this.foundAt = -Infinity; // perhaps one of them is gone
      throw error;
    }
  }

  async find(service: string): Promise<OutboxPlace | undefined> {
    return (await this.all()).find((place) => place.service === service);
  }

  /** Closes the connections to databases elsewhere. */
  async close(): Promise<void> {
    await Promise.all(this.elsewhere.map(async ({ elsewhere }) => elsewhere?.end()));
  }
}
