import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { type DeliveryDetail, type HookCreated, CreateHook } from '../../contracts/hooks/hook.resource.js';
import type { Clock } from '../../libs/service-kit/clock.js';
import { DeliveryWorker } from '../../apps/hooks/delivery/delivery-worker.js';
import { FanOut } from '../../apps/hooks/delivery/fan-out.js';
import { Recoveries } from '../../apps/hooks/delivery/recoveries.js';
import { Sweeper } from '../../apps/hooks/delivery/sweeper.js';
import { EgressGuard } from '../../apps/hooks/egress/egress-guard.js';
import { closeConnections, hookConnections } from '../../apps/hooks/egress/guarded-agent.js';
import { resolveHost, type ResolveHost } from '../../apps/hooks/egress/resolve-host.js';
import { IdempotencyKeys } from '../../apps/hooks/endpoints/idempotency-keys.js';
import { DeliveriesService } from '../../apps/hooks/endpoints/deliveries.service.js';
import { EndpointSecrets } from '../../apps/hooks/endpoints/endpoint-secrets.js';
import { EndpointsService } from '../../apps/hooks/endpoints/endpoints.service.js';
import { RecoveryRequests } from '../../apps/hooks/endpoints/recovery-requests.js';
import { SecretBox } from '../../apps/hooks/endpoints/secret-box.js';
import { prepareDatabases } from '../../libs/database/prepare-databases.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { serviceUrl } from '../../libs/database/service-url.js';
import { createDatabase, type TestDatabase } from '../support/database.harness.js';

/** A clock that moves only on demand, and no randomness, so that schedules are exact. */
export class ManualClock implements Clock {
  constructor(private time = new Date('2027-01-01T00:00:00Z').getTime()) {}
  now = (): Date => new Date(this.time);
  random = (): number => 0.5;
  forward(seconds: number): void {
    this.time += seconds * 1_000;
  }
}

export interface Fact {
  type: string;
  aggregateId: string;
  aggregateVersion: number;
  service?: string;
  /** Default: the service. */
  aggregateType?: string;
  traceparent?: string;
  data?: unknown;
}

export interface HooksHarnessOptions {
  clock?: Clock;
  allowLoopback?: boolean;
  internalPorts?: ReadonlySet<number>;
  resolveHost?: ResolveHost;
  hooksPerKey?: number;
}

/**
 * The webhook service on its own database in the system's PostgreSQL, with its own role and without the loops. The test decides when due
 * deliveries are sent, and what time it is. HTTP is real.
 */
export class HooksHarness {
  readonly worker: DeliveryWorker;
  readonly fanOut: FanOut;
  readonly sweeper: Sweeper;
  readonly recoveries: Recoveries;
  readonly endpoints: EndpointsService;
  readonly deliveries: DeliveriesService;
  readonly recoveryRequests: RecoveryRequests;
  private readonly connections;

  private constructor(
    private readonly own: TestDatabase,
    readonly admin: pg.Pool,
    readonly database: pg.Pool,
    readonly databaseUrl: string,
    readonly secretKey: string,
    readonly clock: Clock,
    options: HooksHarnessOptions,
  ) {
    const box = new SecretBox(secretKey);
    const secrets = new EndpointSecrets(box);
    const keys = new IdempotencyKeys(database, box);
    const guard = new EgressGuard(
      { allowLoopback: options.allowLoopback ?? true, internalPorts: options.internalPorts ?? new Set() },
      options.resolveHost ?? resolveHost,
    );
    this.connections = hookConnections(guard);
    this.endpoints = new EndpointsService(database, guard, secrets, keys, clock, options.hooksPerKey);
    this.deliveries = new DeliveriesService(database, this.endpoints, keys, clock);
    this.recoveryRequests = new RecoveryRequests(database, this.endpoints, keys, clock);
    this.worker = new DeliveryWorker({
      database,
      secrets,
      connections: this.connections,
      clock,
      name: 'harness',
      onError: (error) => {
        this.errors.push(error);
      },
    });
    this.fanOut = new FanOut(database, clock);
    this.sweeper = new Sweeper(database, clock, { deliveriesMs: 30 * 86_400_000, commandsMs: 2 * 86_400_000 });
    this.recoveries = new Recoveries(database, clock);
  }

  readonly errors: unknown[] = [];

  /** One more worker, which reaches the database at an address of its own. */
  workerAt(databaseUrl: string, name: string): { worker: DeliveryWorker; close: () => Promise<void> } {
    const database = servicePool(databaseUrl, name, 10);
    const secrets = new EndpointSecrets(new SecretBox(this.secretKey));
    const onError = (error: unknown) => void this.errors.push(error);
    const worker = new DeliveryWorker({ database, secrets, connections: this.connections, clock: this.clock, name, onError });
    return { worker, close: () => database.end() };
  }

  static async open(options: HooksHarnessOptions = {}): Promise<HooksHarness> {
    const own = await createDatabase();
    // The password of the system's roles, which all databases of a server share.
    await prepareDatabases({ adminUrl: own.url, rolePassword: 'roundtrip', log: () => {} });
    const databaseUrl = serviceUrl(own.url, 'hooks', 'roundtrip');
    const clock = options.clock ?? new ManualClock();
    const key = randomBytes(32).toString('base64');
    const harness = new HooksHarness(
      own,
      new pg.Pool({ connectionString: own.url, max: 4 }),
      servicePool(databaseUrl, 'hooks-test', 10),
      databaseUrl,
      key,
      clock,
      options,
    );
    await harness.fanOut.prepare();
    return harness;
  }

  async close(): Promise<void> {
    await this.worker.idle();
    await closeConnections(this.connections);
    await Promise.all([this.database.end(), this.admin.end()]);
    await this.own.drop();
  }

  /** An endpoint as `POST /v1/hooks` makes it. */
  async hook(hook: Partial<CreateHook> & { url: string }): Promise<HookCreated> {
    return this.endpoints.create(CreateHook.parse({ types: ['order.*'], ...hook }), { fingerprint: randomUUID() });
  }

  /** Puts facts into the log as the relay does. @returns their event ids. */
  async log(...facts: Fact[]): Promise<string[]> {
    const ids: string[] = [];
    for (const fact of facts) {
      const { type, aggregateId, aggregateVersion, service = type.split('.')[0]!, traceparent = null, data = {} } = fact;
      const { aggregateType = service } = fact;
      const id = randomUUID();
      await this.admin.query(
        `insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at,
           recorded_at, passed_at, traceparent, data) values ($1, $2, $3, 1, $9, $4, $5, $4, $6, $6, $6, $7, $8)`,
        [id, service, type, aggregateId, aggregateVersion, this.clock.now(), traceparent, JSON.stringify(data), aggregateType],
      );
      ids.push(id);
    }
    return ids;
  }

  /** Queues the events of the log. */
  async follow(): Promise<void> {
    while ((await this.fanOut.step()) > 0);
  }

  /** Queues the events of the log and sends due deliveries until none is due at this time. @returns the number of attempts. */
  async run(): Promise<number> {
    await this.follow();
    let sent = 0;
    for (let more = 1; more > 0; sent += more) {
      more = await this.worker.dispatch();
      await this.worker.idle();
    }
    return sent;
  }

  /** The deliveries of an endpoint with their attempts, in the order of the log. */
  async deliveriesOf(hookId: string): Promise<DeliveryDetail[]> {
    const { items } = await this.deliveries.list(hookId, { limit: 200 });
    const details = await Promise.all(items.map(({ deliveryId }) => this.deliveries.get(hookId, deliveryId)));
    return details.sort((a, b) => ((a.sequence ?? '') < (b.sequence ?? '') ? -1 : 1));
  }

  /** The events of the service about its endpoints, oldest first. */
  async outboxEvents(): Promise<{ type: string; data: Record<string, unknown> }[]> {
    const { rows } = await this.admin.query<{ type: string; data: string }>('select type, data from hooks.outbox order by id');
    return rows.map(({ type, data }) => ({ type, data: JSON.parse(data) as Record<string, unknown> }));
  }
}
