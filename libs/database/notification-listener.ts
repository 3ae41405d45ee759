import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { Gauge } from 'prom-client';
import { sql } from './sql.js';

const AGAIN_AFTER_MS = 1_000;
const PROBE_PREFIX = 'probe:';
const log = new Logger('NotificationListener');

const listeners = new Set<NotificationListener>();
const gauge = new Gauge({
  name: 'notification_listener_hearing',
  help: '1 while the notifications of a channel are heard; 0 while none would be, and the tables are polled more often',
  labelNames: ['channel'],
});

export interface ProbeOptions {
  /** How often it is checked that notifications are heard, in milliseconds. */
  everyMs?: number;
  /** How long a probe may take to be heard, in milliseconds. */
  withinMs?: number;
}

/**
 * Hears NOTIFY on one channel of a database, on a session of its own, and comes back when that is lost. Nothing may depend on it: where it
 * cannot listen (a pooler in between, a server that is away), polling is enough.
 *
 * A LISTEN can succeed and hear nothing: behind a pooler in transaction mode the session that listens goes to another client. So the
 * listener sends itself notifications over another connection, and counts as listening only while it hears them.
 */
export class NotificationListener {
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private heard = false;
  private stopped = false;
  private toldDeaf = false;
  private heardProbe: (payload: string) => void = () => {};

  /**
   * @param channel a name that needs no quotes.
   * @param hint called for each notification, and once whenever it begins to listen, for what came while it did not.
   */
  constructor(
    private readonly database: pg.ClientConfig,
    readonly channel: string,
    private readonly hint: () => void,
    private readonly probes: ProbeOptions = {},
  ) {}

  /** Whether it would hear a notification right now, as far as it knows. */
  get listening(): boolean {
    return this.heard;
  }

  private set hears(hears: boolean) {
    this.heard = hears;
    const all = [...listeners].filter(({ channel }) => channel === this.channel);
    gauge.set({ channel: this.channel }, all.every(({ listening }) => listening) ? 1 : 0);
  }

  /** Once or more often. */
  start(): void {
    listeners.add(this);
    this.hears = this.listening;
    if (this.client === undefined) this.connect();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    listeners.delete(this);
    clearTimeout(this.timer);
    this.heardProbe('');
    await this.client?.end().catch(() => {});
  }

  private connect(): void {
    if (this.stopped) return;
    const client = this.newClient('listener');
    this.client = client;
    let lost = false;
    const again = () => {
      if (lost) return;
      lost = true;
      this.hears = false;
      clearTimeout(this.timer);
      client.end().catch(() => {});
      if (!this.stopped) this.timer = setTimeout(() => this.connect(), AGAIN_AFTER_MS);
    };
    client.on('error', again);
    client.on('end', again);
    client.on('notification', ({ payload = '' }) => {
      if (payload.startsWith(PROBE_PREFIX)) this.heardProbe(payload);
      else this.hint();
    });
    const probe = async (): Promise<void> => {
      const heard = await this.probe();
      if (lost || this.stopped) return;
      if (heard === false) {
        this.tellDeaf();
        return again();
      }
      // A probe that could not be sent says nothing about the session that listens. To poll more often meanwhile does no harm.
      const begins = heard === true && !this.listening;
      this.hears = heard === true;
      if (begins) {
        this.toldDeaf = false;
        this.hint();
      }
      this.timer = setTimeout(() => void probe(), this.listening ? (this.probes.everyMs ?? 30_000) : AGAIN_AFTER_MS);
    };
    client
      .connect()
      .then(() => client.query(`listen ${this.channel}`))
      .then(probe)
      .catch(again);
  }

  /** Whether a notification from another connection is heard; undefined if none could be sent. */
  private async probe(): Promise<boolean | undefined> {
    const payload = `${PROBE_PREFIX}${randomUUID()}`;
    const sender = this.newClient('probe');
    sender.on('error', () => {});
    let timer: NodeJS.Timeout | undefined;
    const heard = new Promise<boolean>((resolve) => {
      this.heardProbe = (got) => {
        if (got === payload || got === '') resolve(got === payload);
      };
      timer = setTimeout(() => resolve(false), this.probes.withinMs ?? 5_000);
    });
    try {
      await sender.connect();
      await sender.query(sql`select pg_notify(${this.channel}, ${payload})`);
      return await heard;
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
      sender.end().catch(() => {});
    }
  }

  private newClient(role: string): pg.Client {
    return new pg.Client({
      ...this.database,
      connectionTimeoutMillis: 3_000,
      query_timeout: 5_000,
      keepAlive: true,
      application_name: `roundtrip-${this.channel}-${role}`,
    });
  }

  private tellDeaf(): void {
    if (this.toldDeaf) return;
    this.toldDeaf = true;
    log.warn(
      `LISTEN ${this.channel} hears nothing, so the tables are polled more often. Connect it to PostgreSQL itself, or through a pooler in session mode (docs/operations.md, Poolers).`,
    );
  }
}
