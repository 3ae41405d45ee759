import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { sql } from '../../libs/database/sql.js';
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
  /**
   * The inbox of the live generation. It has its own connections, because all of them may wait for a rebuild, which needs
   * connections as well.
   */
  inbox: Inbox;
  /** The inbox of the generation that is built. */
  buildingInbox: Inbox;
  log: Logger;
  /**
   * The age at which an event is fetched from the log because the channel has not delivered it, in milliseconds. Also the retry
   * delay of an event that fails. Default 5,000.
   */
  fetchAfterMs?: number;
  /** How long the log keeps events, in milliseconds. Older events go into the snapshot. */
  logRetentionMs: number;
  /** How long inboxes keep rows, in milliseconds. */
  inboxRetentionMs: number;
}

const FETCH_BATCH = 500;
/** How many aggregates are processed at once. */
const FETCH_LANES = 6;
const FETCH_EVERY_MS = 500;
/** How often rebuilds of other processes are detected. */
const GENERATIONS_EVERY_MS = 500;
const UPKEEP_EVERY_MS = 5_000;
const WAIT_POLL_MS = 20;

/** A generation of a read model, with its consumers. */
interface GenerationWriter {
  generation: number;
  consumers: readonly Consumer[];
  progress: readonly ConsumerProgress[];
}

export interface ProjectionState {
  generation: number;
  position: number;
  /** How many events of the log are missing, counted up to some thousands. */
  behindEvents: number;
  behindSeconds: number;
  rebuilding: { generation: number; position: number } | null;
}

/**
 * Keeps a read model up to date, and rebuilds it. Events of the channel go into the live generation and into the one that is
 * built. Events that the channel does not deliver are fetched from the log. So a rebuild needs no replay of the channel: all
 * earlier events count as missing. When the new generation has caught up, one statement makes it live.
 */
export class ProjectionRunner {
  private readonly generations: ProjectionGenerations;
  private readonly snapshot: ProjectionSnapshot;
  private readonly inboxes: InboxUpkeep;
  private live!: GenerationWriter;
  private next: GenerationWriter | undefined;
  /** A generation that was begun, but has no copy of the snapshot yet. */
  private unseededGeneration: { generation: number; position: number } | undefined;
  private subscription: ChannelSubscription | undefined;
  private loops: readonly BackgroundLoop[] = [];
  private readonly rebuildLoop = this.loop(() => this.rebuildStep(), FETCH_EVERY_MS);
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

  /** The consumers of the live generation and of the one that is built. Operators decide about their dead letters. */
  get consumers(): readonly Consumer[] {
    return this.writers.flatMap(({ consumers }) => consumers);
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
      this.rebuildLoop,
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
   * Starts a rebuild of the read model from its snapshot and the log after it, beside the live generation. @returns the
   * generation of the rebuild, or of the one that is running already.
   */
  async rebuild(): Promise<number> {
    const generation = await this.generations.begin();
    await this.refresh();
    this.rebuildLoop.kick();
    return generation;
  }

  /** The position of the live generation. */
  async position(): Promise<number> {
    return positionOf(await progressOf(this.live));
  }

  /**
   * Waits until the read model has reached a position. @returns its position, or undefined if it does not get there within `ms`.
   */
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
    const [progress, built] = await Promise.all([progressOf(this.live), this.next && progressOf(this.next)]);
    return {
      generation: this.live.generation,
      position: positionOf(progress),
      behindEvents: progress.reduce((sum, { missing }) => sum + missing, 0),
      behindSeconds: Math.max(0, ...progress.map(({ behindSeconds }) => behindSeconds)),
      rebuilding:
        this.next && built
          ? { generation: this.next.generation, position: positionOf(built) }
          : (this.unseededGeneration ?? null),
    };
  }

  /** The live generation, and the one that is built, if any; none before the start. */
  private get writers(): readonly GenerationWriter[] {
    return [this.live as GenerationWriter | undefined, this.next].filter((one) => one !== undefined);
  }

  private async receive(event: LoggedEvent): Promise<void> {
    const { inbox, buildingInbox } = this.options;
    for (const consumer of consumersOf(this.live, event)) await inbox.receive(consumer, event);
    // A rebuild fetches failed events again, so the live generation does not wait for it.
    for (const consumer of consumersOf(this.next, event)) await buildingInbox.receive(consumer, event).catch(() => {});
  }

  private async refresh(): Promise<void> {
    const { generation, building, seeded, snapshot } = await this.generations.current();
    const writerOf = async (wanted: number) =>
      this.writers.find((one) => one.generation === wanted) ?? this.openGeneration(wanted);
    const live = await writerOf(generation);
    const next = building === null || !seeded ? undefined : await writerOf(building);
    this.live = live;
    this.next = next;
    this.unseededGeneration = building === null || seeded ? undefined : { generation: building, position: snapshot };
  }

  private async openGeneration(generation: number): Promise<GenerationWriter> {
    const { projection, database, inbox, buildingInbox } = this.options;
    const consumers = projection.consumers(generation).map((consumer) => this.withRebuildGuard(consumer, generation));
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

  /**
   * Wraps a consumer: it waits for a switch if it writes the live generation. Otherwise it commits without waiting for the disk.
   */
  private withRebuildGuard(consumer: Consumer, generation: number): Consumer {
    return {
      ...consumer,
      handle: async (event, tx) => {
        if (generation === this.live.generation) await this.generations.lockLive(tx);
        // A crash of the server may lose the commit together with its record in the inbox. Then the event is fetched again.
        else await this.generations.writeUnread(tx, generation);
        await consumer.handle(event, tx);
      },
    };
  }

  private inboxOf(generation: number): Inbox {
    return generation === this.live.generation ? this.options.inbox : this.options.buildingInbox;
  }

  /** @returns whether there may be more. */
  private async fetchMissing({ progress, generation }: GenerationWriter, olderThanMs: number): Promise<boolean> {
    const { eventLog } = this.options;
    const inbox = this.inboxOf(generation);
    let more = false;
    for (const one of progress) {
      if ((await one.look()).missing === 0) continue;
      const ids = await one.missing(olderThanMs, FETCH_BATCH);
      if (ids.length === 0) continue;
      const events = (await eventLog.findAll(ids)).toSorted((a, b) => a.position - b.position);
      let taken = 0;
      const lanes = Array.from({ length: FETCH_LANES }, (_, lane) =>
        events.filter((event) => partitionOf(event, FETCH_LANES) === lane),
      );
      await Promise.all(
        lanes.map(async (lane) => {
          for (const event of lane) {
            if (this.stopping.signal.aborted) return;
            // The inbox records an event that fails, and retries it until it is a dead letter.
            await inbox.receive(one.consumer, event).then(
              () => (taken += 1),
              () => {},
            );
          }
        }),
      );
      more ||= ids.length === FETCH_BATCH && taken > 0;
    }
    return more && !this.stopping.signal.aborted;
  }

  /**
   * One step of a rebuild, if one is running: fetches missing events, and makes the generation live when none is missing.
   * @returns whether there is more to fetch.
   */
  async rebuildStep(): Promise<boolean> {
    const { next, unseededGeneration } = this;
    if (unseededGeneration && (await this.generations.seed(unseededGeneration.generation, this.stopping.signal))) {
      await this.refresh();
      return true;
    }
    if (!next) return false;
    if (await this.fetchMissing(next, 0)) return true;
    const switched = await this.generations.switchTo(next.generation, async (old) => {
      await this.fetchMissing(next, 0);
      return this.hasEverythingOf(old, next);
    });
    if (!switched) return false;
    this.options.log.info({ projection: this.name, generation: next.generation }, 'rebuilt');
    await this.refresh();
    return false;
  }

  /**
   * Whether the new generation has everything of the old one, including events ahead of its position. An event that fails in the
   * new generation delays the switch until it succeeds or an operator skips it. Until then readers see it in the old one.
   */
  private async hasEverythingOf(old: number, next: GenerationWriter): Promise<boolean> {
    for (const [index, { name }] of this.options.projection.consumers(old).entries()) {
      const { position } = await next.progress[index]!.look();
      const { rows } = await this.options.database.query<{ cleared: number }>(
        sql`select cleared::float8 as cleared from inbox_mark where consumer = ${name}`,
      );
      const cleared = rows[0]?.cleared ?? 0;
      // The inbox of the old generation has no rows up to there, because all of them are applied.
      if (position < cleared) return false;
      const { rowCount } = await this.options.database.query(
        sql`select from inbox was where was.consumer = ${name} and was.position > ${position} and was.processed_at is not null
         and (select now.processed_at from inbox now
              where now.consumer = ${next.consumers[index]!.name} and now.occurrence_id = was.occurrence_id) is null
         union all
         select from inbox_dead lost
         where lost.consumer = ${next.consumers[index]!.name} and lost.state <> 'skipped' and case when lost.position <= ${cleared}
           then not exists (select from inbox_dead was where was.consumer = ${name} and was.occurrence_id = lost.occurrence_id)
           else exists (select from inbox was where was.consumer = ${name} and was.occurrence_id = lost.occurrence_id
             and was.processed_at is not null) end
         limit 1`,
      );
      if (rowCount) return false;
    }
    return true;
  }

  private async tend(): Promise<boolean> {
    for (const { generation, consumers } of this.writers)
      for (const consumer of consumers) await this.inboxOf(generation).handleParked(consumer);
    return false;
  }

  /** @returns whether there is more to remove. */
  private async upkeep(): Promise<boolean> {
    const steps = [
      await this.inboxes.step(this.writers.flatMap(({ progress }) => progress)),
      await this.keepSnapshot(),
      await this.generations.removeOld(),
    ];
    return steps.some((more) => more);
  }

  /** Adds events to the snapshot before retention removes them from the log. @returns whether there is more. */
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
        this.options.log.warn({ projection: this.name, err: error }, `${this.name}: a step failed; it is retried`),
    });
  }
}

const progressOf = ({ progress }: GenerationWriter): Promise<Progress[]> => Promise.all(progress.map((one) => one.look()));

const positionOf = (progress: readonly Progress[]): number => Math.min(...progress.map(({ position }) => position));

const consumersOf = (writer: GenerationWriter | undefined, event: LoggedEvent): Consumer[] =>
  (writer?.consumers ?? []).filter((consumer) => matchesTypes(event.type, broughtTypes(consumer)));
