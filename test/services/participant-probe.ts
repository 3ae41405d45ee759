import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Fault } from '../../contracts/fault.resource.js';
import type { Participant } from '../../contracts/participants.js';
import { system } from '../support/system.js';

export interface Reply {
  status: number;
  type: string;
  // What a service answers is what the tests are there to find out.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

export const newKey = (): string => `test/${randomUUID()}`;

/** Talks to a participant over HTTP as a saga does, and looks at its tables as nobody else may. */
export class ParticipantProbe {
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

  get(path: string): Promise<Reply> {
    return this.request('GET', path);
  }

  find(key: string): Promise<Reply> {
    return this.get(`/commands/${encodeURIComponent(key)}`);
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
      body: text === '' ? undefined : JSON.parse(text),
    };
  }

  /** Rows of the participant's own schema, as the administrator sees them. */
  async rows<Row extends pg.QueryResultRow>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return this.asAdministrator(async (client) => (await client.query<Row>(sql, values)).rows);
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
