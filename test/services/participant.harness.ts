import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Fault } from '../../contracts/participant/fault.resource.js';
import type { Participant } from '../../contracts/participant/participants.js';
import { eventually } from '../support/api.js';
import { system } from '../support/system.js';

export interface Reply {
  status: number;
  type: string;
  /** The header `Idempotency-Key`: the answer is the key's own. */
  key: string | null;
  // The tests check the type of the answer.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

/** A fact as the participant wrote it. */
export interface Fact {
  /** `<type>.v<version>` */
  name: string;
  version: number;
  causation: string | null;
  correlation: string | null;
  traceparent: string | null;
  data: string;
}

export const newKey = (): string => `test/${randomUUID()}`;

/** Calls a participant over HTTP as a saga does, and reads its tables as the administrator. */
export class ParticipantHarness {
  constructor(
    readonly participant: Participant,
    private readonly url: () => string,
  ) {}

  send(operation: string, body: unknown, key = newKey(), headers: Record<string, string> = {}): Promise<Reply> {
    return this.request('POST', `/commands/${operation}`, JSON.stringify(body), {
      'content-type': 'application/json',
      'idempotency-key': key,
      ...headers,
    });
  }

  /** As a saga does it: sends the command again, under its key, while the participant is too busy to answer. */
  sendUntilAnswered(operation: string, body: unknown, key = newKey()): Promise<Reply> {
    return eventually(
      () => this.send(operation, body, key),
      ({ status }) => status !== 503,
    );
  }

  get(path: string): Promise<Reply> {
    return this.request('GET', path);
  }

  find(key: string): Promise<Reply> {
    return this.get(`/commands/${encodeURIComponent(key)}`);
  }

  seal(key: string): Promise<Reply> {
    return this.request('POST', `/commands/${encodeURIComponent(key)}/seal`);
  }

  putFault(fault: Omit<Fault, 'participant'>): Promise<Reply> {
    return this.request('PUT', '/faults', JSON.stringify({ participant: this.participant, ...fault }), {
      'content-type': 'application/json',
    });
  }

  clearFaults(): Promise<Reply> {
    return this.request('DELETE', '/faults');
  }

  async request(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Reply> {
    const response = await fetch(this.url() + path, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      key: response.headers.get('idempotency-key'),
      body: text === '' ? undefined : JSON.parse(text),
    };
  }

  /** Rows of the participant's own schema, as the administrator sees them. */
  async rows<Row extends pg.QueryResultRow>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return this.asAdministrator(async (client) => (await client.query<Row>(sql, values)).rows);
  }

  /**
   * What the participant has said about these aggregates, oldest first: what the relay has taken already, and then what is still in the
   * outbox. One statement sees each fact in one of the two places, as the relay moves it in one transaction.
   */
  facts(aggregateType: string, ...aggregateIds: string[]): Promise<Fact[]> {
    const columns = `type || '.v' || type_version as name, aggregate_version as version, causation_id as causation, correlation_id as correlation, traceparent, data`;
    return this.rows<Fact>(
      `select name, version, causation, correlation, traceparent, data from (
         select 0 as part, position as place, ${columns} from events.log where service = $1 and aggregate_type = $2 and aggregate_id = any($3)
         union all
         select 1 as part, id as place, ${columns} from outbox where aggregate_type = $2 and aggregate_id = any($3)
       ) fact order by part, place`,
      this.participant,
      aggregateType,
      aggregateIds,
    );
  }

  /** Uses one connection of the administrator, with the participant's schema as the search path. */
  async asAdministrator<Result>(use: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = new pg.Client({ connectionString: system().databaseAdminUrl });
    await client.connect();
    try {
      await client.query(`set search_path = ${pg.escapeIdentifier(this.participant)}`);
      return await use(client);
    } finally {
      await client.end();
    }
  }
}
