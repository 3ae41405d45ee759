import pg from 'pg';
import { type OutboxPlace, outboxPlace } from './outbox-place.js';
import { relayPool } from './relay-pool.js';

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
    this.elsewhere = Object.entries(elsewhere).map(([service, url]) => outboxPlace(service, relayPool(url, 3)));
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

  /**
   * Those that may have something in them; whether one elsewhere has is seen when it is asked.
   * @param onFailure hears of each that cannot be looked at now: it is not among them.
   */
  async waiting(onFailure: (service: string, error: unknown) => void): Promise<readonly OutboxPlace[]> {
    const all = await this.all();
    const here = all.filter(({ elsewhere }) => !elsewhere);
    const full = await this.full(here).catch(() => {
      this.foundAt = -Infinity; // perhaps one of them is gone
      return this.fullOneByOne(here, onFailure);
    });
    return all.filter(({ service, elsewhere }) => elsewhere !== undefined || full.has(service));
  }

  /** Which of these outboxes of the log's database have something in them. */
  private async full(here: readonly OutboxPlace[]): Promise<ReadonlySet<string>> {
    if (here.length === 0) return new Set();
    const { rows } = await this.log.query<{ service: string }>(
      here
        .map(({ service, outbox }) => `select ${pg.escapeLiteral(service)} as service where exists (select from ${outbox})`)
        .join(' union all '),
    );
    return new Set(rows.map(({ service }) => service));
  }

  /** The same where one of them cannot be looked at, as somebody alters its table: the others are none the worse for it. */
  private async fullOneByOne(
    here: readonly OutboxPlace[],
    onFailure: (service: string, error: unknown) => void,
  ): Promise<ReadonlySet<string>> {
    const answers = await Promise.all(
      here.map((place) =>
        this.full([place]).catch((error: unknown) => {
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

  /** Closes the connections to databases elsewhere. */
  async close(): Promise<void> {
    await Promise.all(this.elsewhere.map(async ({ elsewhere }) => elsewhere?.end()));
  }
}
