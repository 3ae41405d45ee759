import pg from 'pg';

const AGAIN_AFTER_MS = 1_000;

/**
 * Hears NOTIFY of the outboxes in one database, on a session of its own, and comes back when that is lost. Nothing depends on it: where it
 * cannot listen (a pooler in between, a server that is away) the relay's own look is enough.
 */
export class OutboxListener {
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly databaseUrl: string,
    private readonly hint: () => void,
  ) {}

  start(): void {
    if (this.stopped) return;
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
      application_name: 'roundtrip-relay-listener',
    });
    this.client = client;
    let lost = false;
    const again = () => {
      if (lost) return;
      lost = true;
      client.end().catch(() => {});
      if (!this.stopped) this.timer = setTimeout(() => this.start(), AGAIN_AFTER_MS);
    };
    client.on('error', again);
    client.on('end', again);
    client.on('notification', this.hint);
    client
      .connect()
      .then(() => client.query('listen outbox'))
      // What came while nobody listened.
      .then(this.hint)
      .catch(again);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.client?.end().catch(() => {});
  }
}
