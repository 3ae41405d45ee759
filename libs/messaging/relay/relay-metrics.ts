import { Counter, Histogram } from 'prom-client';
import { LookupGauges } from '../../service-kit/lookup-gauges.js';
import type { Backlog } from './backlog.js';
import type { Moved } from './move-outbox.js';

/** The current state of each outbox; undefined if its database does not answer. */
export type ReadBacklogs = () => Promise<ReadonlyMap<string, Backlog | undefined>>;

/** The relay's metrics for operators, on the process's `/metrics`. Create one per process. */
export class RelayMetrics {
  private readonly logged = new Counter({
    name: 'relay_events_logged_total',
    help: 'Events that were appended to the log',
    labelNames: ['service'],
  });
  private readonly duplicates = new Counter({
    name: 'relay_duplicates_total',
    help: 'Events that had been in the log before, from an outbox in another database',
    labelNames: ['service'],
  });
  private readonly refused = new Counter({
    name: 'relay_events_refused_total',
    help: 'Events that were held back, by reason',
    labelNames: ['service', 'reason'],
  });
  private readonly failures = new Counter({
    name: 'relay_failures_total',
    help: 'Moves that failed because a database was unavailable',
    labelNames: ['service'],
  });
  private readonly lockWait = new Histogram({
    name: 'relay_lock_wait_seconds',
    help: 'Time that a move waited for the other relays',
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5],
  });

  constructor(read: ReadBacklogs) {
    const gauges = new LookupGauges(read);
    const add = (name: string, help: string, value: (backlog: Backlog | undefined) => number | undefined) =>
      gauges.add(name, help, ['service'], (backlogs) =>
        [...backlogs].flatMap(([service, backlog]) => {
          const is = value(backlog);
          return is === undefined ? [] : [[{ service }, is] as const];
        }),
      );
    add('outbox_reachable', 'Whether the outbox can be read', (backlog) => (backlog ? 1 : 0));
    add('outbox_rows', 'Events that wait in the outbox, counted up to 100,000', (backlog) => backlog?.rows);
    add('outbox_oldest_age_seconds', 'How long the oldest event waits in the outbox', (backlog) => backlog?.oldestAgeSeconds);
    add('outbox_dead_rows', 'Events that need a decision by an operator', (backlog) => backlog?.dead);
    add('outbox_parked_rows', 'Events that wait behind a dead one', (backlog) => backlog?.parked);
  }

  moved(service: string, { logged, duplicates, refused }: Moved): void {
    this.logged.inc({ service }, logged);
    this.duplicates.inc({ service }, duplicates);
    for (const { reason } of refused) this.refused.inc({ service, reason });
  }

  failed(service: string): void {
    this.failures.inc({ service });
  }

  waited(seconds: number): void {
    this.lockWait.observe(seconds);
  }
}
