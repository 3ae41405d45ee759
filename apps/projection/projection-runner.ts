import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Channel, ChannelSubscription } from '../../libs/messaging/channel/channel.js';
import type { EventLog } from '../../libs/messaging/log/event-log.js';
import { broughtTypes, type Consumer } from '../../libs/messaging/inbox/consumer.js';
import { ConsumerProgress, type Progress } from '../../libs/messaging/inbox/consumer-progress.js';
import type { Inbox } from '../../libs/messaging/inbox/inbox.js';
import { InboxUpkeep } from '../../libs/messaging/inbox/inbox-upkeep.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { matchesTypes } from '../../libs/messaging/event/event-filter.js';
import { partitionOf } from '../../libs/messaging/event/partition-key.js';
import { pause } from '../../libs/timing/pause.js';
import { BackgroundLoop } from '../../libs/service-kit/background-loop.js';
import type { Projection } from './projection.js';
import { ProjectionGenerations } from './projection-generations.js';
import { ProjectionSnapshot } from './projection-snapshot.js';

export interface ProjectionRunnerOptions {
  projection: Projection;
  database: Pool;
  eventLog: EventLog;
  channel: Channel;
  /** Of what is read. On connections of its own: they may all have to wait for a rebuild, which needs some to get on. */
  inbox: Inbox;
  /** Of what a rebuild writes. */
  buildingInbox: Inbox;
  log: Logger;
  /**
   * How long an event may be in the log before it is fetched from there, as the channel has not brought it, in milliseconds. Also what an
   * event that fails is tried again after. Default 5,000.
   */
  fetchAfterMs?: number;
  /** How long the log keeps events, in milliseconds: older ones are taken into the snapshot. */
  logRetentionMs: number;
  /** How long inboxes keep rows, in milliseconds. */
  inboxRetentionMs: number;
}

const FETCH = 500;
/** How many aggregates are fetched at once. */
const LANES = 6;
const FETCH_EVERY_MS = 500;
/** How often other processes are noticed to have begun or ended a rebuild. */
const GENERATIONS_EVERY_MS = 500;
const UPKEEP_EVERY_MS = 5_000;
const WAIT_POLL_MS = 20;

/** A generation of a read model, with those that write it. */
interface Writing {
  generation: number;
  consumers: readonly Consumer[];
  progress: readonly ConsumerProgress[];
}

export interface ProjectionState {
  generation: number;
  position: number;
  /** How many events of the log are not in it yet, counted up to some thousands. */
  behindEvents: number;
  behindSeconds: number;
  rebuilding: { generation: number; position: number } | null;
}

/**
 * Keeps a read model up to date, and rebuilds it. What the channel brings goes into the generation that is read and into the one that is being
 * built; what it does not bring is fetched from the log. So a rebuild needs no replay from the channel: everything before it is simply missing.
 * When the new generation has come as far as the old one it is read instead, from one statement to the next.
 */
export class ProjectionRunner {
  private readonly generations: ProjectionGenerations;
  private readonly snapshot: ProjectionSnapshot;
  private readonly inboxes: InboxUpkeep;
  private live!: Writing;
  private next: Writing | undefined;
  /** A generation that is begun, and has not had its copy of the snapshot yet. */
  private unseeded: { generation: number; position: number } | undefined;
  private subscription: ChannelSubscription | undefined;
  private loops: readonly BackgroundLoop[] = [];
  private readonly building = this.loop(() => this.buildOnce(), FETCH_EVERY_MS);
  private readonly stopping = new AbortController();

  constructor(private readonly options: ProjectionRunnerOptions) {
    const { database, projection, eventLog, inboxRetentionMs } = options;
    this.generations = new ProjectionGenerations(database, projection);
    this.snapshot = new ProjectionSnapshot(database, projection);
    this.inboxes = new InboxUpkeep({ database, eventLog, retentionMs: inboxRetentionMs });
  }

  get name(): string {
    return this.options.projection.name;
  }

  /** Those that write the generation that is read and the one that is built: whose dead letters can be decided about. */
  get consumers(): readonly Consumer[] {
    return this.written.flatMap(({ consumers }) => consumers);
  }

  async start(): Promise<void> {
    const { projection, channel } = this.options;
    await this.refresh();
    const after = Math.min(...this.live.progress.map(({ written }) => written));
    this.subscription = await channel.subscribe(
      { group: `projection-${this.name}`, types: [...new Set(projection.consumers(0).flatMap(broughtTypes))], from: { after } },
      (event) => this.receive(event),
    );
    this.loops = [
      this.loop(() => this.refresh(), GENERATIONS_EVERY_MS),
      this.loop(() => this.fetchMissing(this.live, this.options.fetchAfterMs ?? 5_000), FETCH_EVERY_MS),
      this.building,
      this.loop(() => this.tend(), 1_000),
      this.loop(() => this.upkeep(), UPKEEP_EVERY_MS),
    ];
    for (const loop of this.loops) loop.start();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.subscription?.stop();
    await Promise.all(this.loops.map((loop) => loop.stop()));
    await this.upkeep();
  }

  /**
   * Begins to build the read model anew, from its snapshot and the log behind it, beside the one that is read. @returns the generation; that of the rebuild that is under way, if
   * there is one.
   */
  async rebuild(): Promise<number> {
    const generation = await this.generations.begin();
    await this.refresh();
    this.building.kick();
    return generation;
  }

  /** How far the read model has come that is read now. */
  async position(): Promise<number> {
    return positionOf(await looks(this.live));
  }

  /** Waits until the read model has come to a position. @returns where it is then, or undefined when that has not happened within `ms`. */
  async reached(position: number, ms: number): Promise<number | undefined> {
    const until = performance.now() + ms;
    for (;;) {
      const now = await this.position();
      if (now >= position) return now;
      if (performance.now() >= until || this.stopping.signal.aborted) return undefined;
      await pause(WAIT_POLL_MS, this.stopping.signal);
    }
  }

  async state(): Promise<ProjectionState> {
    const [progress, built] = await Promise.all([looks(this.live), this.next && looks(this.next)]);
    const oldest = progress.flatMap(({ since }) => since?.getTime() ?? []);
    return {
      generation: this.live.generation,
      position: positionOf(progress),
      behindEvents: progress.reduce((sum, { missing }) => sum + missing, 0),
      behindSeconds: oldest.length === 0 ? 0 : Math.max(0, (Date.now() - Math.min(...oldest)) / 1_000),
      rebuilding:
        this.next && built ? { generation: this.next.generation, position: positionOf(built) } : (this.unseeded ?? null),
    };
  }

  /** The generation that is read, and the one that is being built if there is one; none before the start. */
  private get written(): readonly Writing[] {
    return [this.live as Writing | undefined, this.next].filter((one) => one !== undefined);
  }

  private async receive(event: LoggedEvent): Promise<void> {
    const { inbox, buildingInbox } = this.options;
    for (const consumer of wanting(this.live, event)) await inbox.receive(consumer, event);
    // What a rebuild cannot take now it fetches again; the live one need not wait for it.
    for (const consumer of wanting(this.next, event)) await buildingInbox.receive(consumer, event).catch(() => {});
  }

  private async refresh(): Promise<void> {
    const { generation, building, seeded, snapshot } = await this.generations.current();
    const writing = async (wanted: number) => this.written.find((one) => one.generation === wanted) ?? this.writing(wanted);
    const live = await writing(generation);
    const next = building === null || !seeded ? undefined : await writing(building);
    this.live = live;
    this.next = next;
    this.unseeded = building === null || seeded ? undefined : { generation: building, position: snapshot };
  }

  private async writing(generation: number): Promise<Writing> {
    const { projection, database, inbox, buildingInbox } = this.options;
    const consumers = projection.consumers(generation).map((consumer) => this.careful(consumer, generation));
    const progress = consumers.map(
      (consumer) => new ConsumerProgress(database, consumer, () => generation === this.live.generation),
    );
    for (const consumer of consumers) {
      await inbox.begin(consumer, 'beginning');
      await buildingInbox.begin(consumer, 'beginning');
    }
    for (const one of progress) await one.load();
    return { generation, consumers, progress };
  }

  /** A consumer that makes way for a rebuild when it writes what is read, and that does not wait for the disk when it does not. */
  private careful(consumer: Consumer, generation: number): Consumer {
    return {
      ...consumer,
      handle: async (event, tx) => {
        if (generation === this.live.generation) await this.generations.writeToLive(tx);
        // What a crash of the server takes back is missing again, with its record in the inbox, and is fetched again.
        else await this.generations.writeUnread(tx, generation);
        await consumer.handle(event, tx);
      },
    };
  }

  private inboxOf(generation: number): Inbox {
    return generation === this.live.generation ? this.options.inbox : this.options.buildingInbox;
  }

  /** @returns whether there may be more. */
  private async fetchMissing({ progress, generation }: Writing, olderThanMs: number): Promise<boolean> {
    const { eventLog } = this.options;
    const inbox = this.inboxOf(generation);
    let more = false;
    for (const one of progress) {
      if ((await one.look()).missing === 0) continue;
      const ids = await one.missing(new Date(Date.now() - olderThanMs), FETCH);
      if (ids.length === 0) continue;
      const events = (await eventLog.findAll(ids)).toSorted((a, b) => a.position - b.position);
      let taken = 0;
      const lanes = Array.from({ length: LANES }, (_, lane) => events.filter((event) => partitionOf(event, LANES) === lane));
      await Promise.all(
        lanes.map(async (lane) => {
          for (const event of lane) {
            if (this.stopping.signal.aborted) return;
            // One that fails is recorded by the inbox, and tried again until it is dead.
            await inbox.receive(one.consumer, event).then(
              () => (taken += 1),
              () => {},
            );
          }
        }),
      );
      more ||= ids.length === FETCH && taken > 0;
    }
    return more && !this.stopping.signal.aborted;
  }

  /** One step of a rebuild, if one is under way: fetches what is missing, and makes it what is read when nothing is. @returns whether there is more to fetch. */
  async buildOnce(): Promise<boolean> {
    const { next, unseeded } = this;
    if (unseeded && (await this.generations.seed(unseeded.generation, this.stopping.signal))) {
      await this.refresh();
      return true;
    }
    if (!next) return false;
    if (await this.fetchMissing(next, 0)) return true;
    const switched = await this.generations.switchTo(next.generation, async (old) => {
      await this.fetchMissing(next, 0);
      return this.hasAllOf(old, next);
    });
    if (!switched) return false;
    this.options.log.info({ projection: this.name, generation: next.generation }, 'rebuilt');
    await this.refresh();
    return false;
  }

  /**
   * Whether everything is in the new generation that is in the old one, also what that has ahead of its position. What the new one could not take
   * holds the switch back until an operator has skipped it or it can: readers have it as long.
   */
  private async hasAllOf(old: number, next: Writing): Promise<boolean> {
    for (const [index, { name }] of this.options.projection.consumers(old).entries()) {
      const { position } = await next.progress[index]!.look();
      const { rows } = await this.options.database.query<{ cleared: number }>(
        'select cleared::float8 as cleared from inbox_mark where consumer = $1',
        [name],
      );
      const cleared = rows[0]?.cleared ?? 0;
      // The rows up to there are gone from the old one's inbox, which has everything.
      if (position < cleared) return false;
      const { rowCount } = await this.options.database.query(
        `select from inbox was where was.consumer = $1 and was.position > $2 and was.processed_at is not null and (
           select now.processed_at from inbox now where now.consumer = $3 and now.occurrence_id = was.occurrence_id) is null
         union all
         select from inbox_dead lost
         where lost.consumer = $3 and lost.state <> 'skipped' and case when lost.position <= $4
           then not exists (select from inbox_dead was where was.consumer = $1 and was.occurrence_id = lost.occurrence_id)
           else exists (select from inbox was where was.consumer = $1 and was.occurrence_id = lost.occurrence_id and was.processed_at is not null) end
         limit 1`,
        [name, position, next.consumers[index]!.name, cleared],
      );
      if (rowCount) return false;
    }
    return true;
  }

  private async tend(): Promise<boolean> {
    for (const { generation, consumers } of this.written)
      for (const consumer of consumers) await this.inboxOf(generation).tend(consumer);
    return false;
  }

  /** @returns whether there is more to remove. */
  private async upkeep(): Promise<boolean> {
    const steps = [
      await this.inboxes.step(this.written.flatMap(({ progress }) => progress)),
      await this.keepSnapshot(),
      await this.generations.removeOld(),
    ];
    return steps.some((more) => more);
  }

  /** Takes into the snapshot what retention may remove from the log. @returns whether there is more. */
  private async keepSnapshot(): Promise<boolean> {
    const { eventLog, logRetentionMs } = this.options;
    const old = await eventLog.olderThan(logRetentionMs);
    if (old === 0) return false;
    return this.snapshot.advance(this.live.consumers, Math.min(old, await this.position()));
  }

  private loop(step: () => Promise<boolean | void>, idleMs: number): BackgroundLoop {
    return new BackgroundLoop(async () => (await step()) ?? false, {
      idleMs,
      onError: (error) =>
        this.options.log.warn({ projection: this.name, err: error }, `${this.name}: cannot go on now; it is tried again`),
    });
  }
}

const looks = ({ progress }: Writing): Promise<Progress[]> => Promise.all(progress.map((one) => one.look()));

const positionOf = (progress: readonly Progress[]): number => Math.min(...progress.map(({ position }) => position));

const wanting = (writing: Writing | undefined, event: LoggedEvent): Consumer[] =>
  (writing?.consumers ?? []).filter((consumer) => matchesTypes(event.type, broughtTypes(consumer)));
