import pg from 'pg';

const AGAIN_AFTER_MS = 1_000;

/**
 * Hears NOTIFY on one channel of a database, on a session of its own, and comes back when that is lost. Nothing may depend on it: where it
 * cannot listen (a pooler in between, a server that is away), looking from time to time is enough.
 */
export class NotificationListener {
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private hears = false;
  private stopped = false;

  /**
   * @param channel a name that needs no quotes.
   * @param hint called for each notification, and once whenever it begins to listen, for what came while it did not.
   */
  constructor(
    private readonly database: pg.ClientConfig,
    private readonly channel: string,
    private readonly hint: () => void,
  ) {}

  /** Whether it would hear a notification right now, as far as it knows. */
  get listening(): boolean {
    return this.hears;
  }

  /** Once or more often. */
  start(): void {
    if (this.client === undefined) this.connect();
  }

  private connect(): void {
    if (this.stopped) return;
    const client = new pg.Client({
      ...this.database,
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
      application_name: `roundtrip-${this.channel}-listener`,
    });
    this.client = client;
    let lost = false;
    const again = () => {
      if (lost) return;
      lost = true;
      this.hears = false;
      client.end().catch(() => {});
      if (!this.stopped) this.timer = setTimeout(() => this.connect(), AGAIN_AFTER_MS);
    };
    client.on('error', again);
    client.on('end', again);
    client.on('notification', this.hint);
    this.listen(client)
      .then(() => (this.hears = !lost))
      .then(this.hint)
      .catch(again);
  }

  private async listen(client: pg.Client): Promise<void> {
    await client.connect();
    await client.query(`listen ${this.channel}`);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.client?.end().catch(() => {});
  }
}
