import { setTimeout as delay } from 'node:timers/promises';
import type { CommandFloor } from '../../contracts/participant/retention.resource.js';
import type { ChaosSystem } from '../chaos/chaos-system.js';
import type { Client } from '../chaos/client.js';
import { LiveReceiver } from '../chaos/followers.js';

/** Consumers that are stopped meanwhile. Each has the log kept for it. */
const consumers = ['projection', 'notification'] as const;
const READY_MS = 60_000;

/** What is away for longer than the retention, and comes back: a webhook and two consumers. Another webhook is paused for less. */
export class Absences {
  /** What did not hold meanwhile, in words. */
  readonly faults: string[] = [];

  private constructor(
    private readonly system: ChaosSystem,
    private readonly client: Client,
    /** Its receiver is not there. */
    readonly down: LiveReceiver,
    /** An operator has paused it. */
    readonly paused: LiveReceiver,
  ) {}

  static async open(system: ChaosSystem, client: Client): Promise<Absences> {
    return new Absences(system, client, await LiveReceiver.start(client), await LiveReceiver.start(client));
  }

  async begin(): Promise<void> {
    this.down.goAway();
    await Promise.all(consumers.map((name) => this.system.embedded.stop(name)));
  }

  /** Later, because a paused hook loses what it has held for longer than the retention. */
  pause(): Promise<void> {
    return this.setState(this.paused, 'paused');
  }

  /** Shortly before the end: the floor of what participants keep is the start of the oldest open saga. */
  async checkFloor(): Promise<void> {
    const { database, embedded } = this.system;
    const { rows } = await database.query<{ oldest: Date | null }>('select min(started_at) as oldest from saga.saga where open');
    const oldest = rows[0]!.oldest?.toISOString();
    const answer = (await (await fetch(`${embedded.addresses.saga}/floor`)).json()) as CommandFloor;
    if (oldest === undefined || answer.keepCommandsSince !== oldest)
      this.faults.push(`the floor is ${answer.keepCommandsSince} while the oldest open saga began at ${oldest}`);
  }

  async end(): Promise<void> {
    await Promise.all(consumers.map((name) => this.system.embedded.start(name)));
    this.down.comeBack();
    // An operator who knows that the receiver is back does not wait for the next attempt.
    await this.setState(this.down, 'paused');
    await this.setState(this.down, 'enabled');
    await this.setState(this.paused, 'enabled');
  }

  /** Rebuilds both read models from their snapshots and what the log still has. */
  async rebuild(): Promise<void> {
    for (const name of ['customer-orders', 'saga-list']) {
      const answer = await this.client.retry('POST', `/v1/projections/${name}/rebuild`);
      if (answer?.status !== 202) this.faults.push(`the rebuild of ${name} was answered ${answer?.status}`);
    }
    const building = 'select from projection.projection where building is not null';
    for (
      const deadline = Date.now() + READY_MS;
      ((await this.system.database.query(building)).rowCount ?? 0) > 0;
      await delay(500)
    )
      if (Date.now() > deadline) return void this.faults.push(`a rebuild was not done after ${READY_MS / 1_000} s`);
  }

  async stop(): Promise<void> {
    await Promise.all([this.down.stop(), this.paused.stop()]);
  }

  private async setState({ hookId }: LiveReceiver, state: 'paused' | 'enabled'): Promise<void> {
    const answer = await this.client.retry('PATCH', `/v1/hooks/${hookId}`, { state });
    if (answer?.status !== 200)
      this.faults.push(`a hook could not be ${state}: ${answer?.status} ${JSON.stringify(answer?.body)}`);
  }
}
