import type pg from 'pg';
import { join, sql } from '../../database/sql.js';
import { type OutboxPlace, outboxPlace } from './outbox-place.js';
import { relayPool } from './relay-pool.js';

const FIND_EVERY_MS = 10_000;

/** All outboxes that the relay empties: those of the log's database that its role may empty, and the external ones of the settings. */
export class Outboxes {
  private readonly external: OutboxPlace[];
  private found: OutboxPlace[] = [];
  private foundAt = -Infinity;

  /** @param externalUrls the external databases, by service. They win over an outbox of the same name in the log's database. */
  constructor(
    private readonly log: pg.Pool,
    externalUrls: Readonly<Record<string, string>>,
  ) {
    this.external = Object.entries(externalUrls).map(([service, url]) => outboxPlace(service, relayPool(url, 3)));
  }

  /** Every outbox. A schema that is prepared later is found within 10 s, without a restart. */
  async all(): Promise<readonly OutboxPlace[]> {
    if (performance.now() - this.foundAt > FIND_EVERY_MS) {
      const { rows } = await this.log.query<{ service: string }>(
        sql`select n.nspname as service from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relname = 'outbox' and c.relkind in ('r', 'p') and has_schema_privilege(n.oid, 'usage')
           and has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'delete') order by 1`,
      );
      const named = new Set(this.external.map(({ service }) => service));
      this.found = rows.flatMap(({ service }) => (named.has(service) ? [] : [outboxPlace(service)]));
      this.foundAt = performance.now();
    }
    return [...this.found, ...this.external];
  }

  /**
   * The outboxes that may have rows. The external ones are always among them, because only a query to their database can say.
   * @param onFailure receives each outbox that cannot be read now. It is left out.
   */
  async waiting(onFailure: (service: string, error: unknown) => void): Promise<readonly OutboxPlace[]> {
    const all = await this.all();
    const local = all.filter(({ externalPool }) => !externalPool);
    const filled = await this.filled(local).catch(() => {
      this.foundAt = -Infinity; // an outbox may have been dropped
      return this.filledOneByOne(local, onFailure);
    });
    return all.filter(({ service, externalPool }) => externalPool !== undefined || filled.has(service));
  }

  /** The services whose outbox in the log's database has rows. */
  private async filled(local: readonly OutboxPlace[]): Promise<ReadonlySet<string>> {
    if (local.length === 0) return new Set();
    const { rows } = await this.log.query<{ service: string }>(
      join(
        local.map(({ service, outbox }) => sql`select ${service}::text as service where exists (select from ${outbox})`),
        ' union all ',
      ),
    );
    return new Set(rows.map(({ service }) => service));
  }

  /** The same, one query per outbox: a table that is being altered hides no other outbox. */
  private async filledOneByOne(
    local: readonly OutboxPlace[],
    onFailure: (service: string, error: unknown) => void,
  ): Promise<ReadonlySet<string>> {
    const answers = await Promise.all(
      local.map((place) =>
        this.filled([place]).catch((error: unknown) => {
          onFailure(place.service, error);
          return new Set<string>();
        }),
      ),
    );
    return new Set(answers.flatMap((services) => [...services]));
  }

  async find(service: string): Promise<OutboxPlace | undefined> {
    return (await this.all()).find((place) => place.service === service);
  }

  /** Closes the connections to external databases. */
  async close(): Promise<void> {
    await Promise.all(this.external.map(async ({ externalPool }) => externalPool?.end()));
  }
}
