import { readFileSync } from 'node:fs';
import { sourceFiles } from '../support/source-files.js';
import type { ExplainedStatement } from './explained-statements.js';

/** A statement of the loop's own, in a process that runs it. */
interface Step {
  application: RegExp;
  statement: RegExp;
}

const step = (application: string, statement: RegExp): Step => ({
  application: new RegExp(`^roundtrip-(${application})(-channel)?$`),
  statement,
});
const consumer = 'notification|projection|saga';

/** Every file that makes a loop: the statements that show that each of its loops has come round, or why there are none. */
export const loops: Readonly<Record<string, Readonly<Record<string, Step>> | string>> = {
  'apps/hooks/delivery/delivery-loops.service.ts': {
    'fan-out': step('hooks', /with page as materialized .* insert into delivery/),
    claim: step('hooks', /with share as .* set state = 'sending'/),
    recoveries: step('hooks', /update recovery set position/),
    'key rotation': step('hooks', /from command where key_id = \$1 .* for update skip locked/),
    'lost leases': step('hooks', /from delivery where state = 'sending' and leased_until </),
    'deliveries beside the state of their endpoint': step('hooks', /with misplaced as/),
    'deliveries that have waited too long': step('hooks', /with old as/),
    'failing endpoints': step('hooks', /from endpoint where state = 'enabled' and failing_since <=/),
    'retention of deliveries': step('hooks', /delete from delivery where delivery_id = any/),
    'retention of recoveries': step('hooks', /delete from recovery/),
    'retention of idempotency keys': step('hooks', /delete from command/),
  },
  'apps/hooks/feeds/event-socket.server.ts': 'looks after one connection and reads nothing by itself',
  'apps/hooks/feeds/event-stream.service.ts': 'looks after one connection and reads nothing by itself',
  'apps/notification/main.ts': {
    'mails that are due': step('notification', /with lost as .* update mail/),
    'retention of mails': step('notification', /delete from mail where/),
  },
  'apps/projection/projection-runner.ts': {
    generations: step('projection', /from projection where name = \$1$/),
    'events that were not brought': step('projection', /select l\.event_id as "eventId" from \(select \* from events\.log/),
    'copy of the snapshot': step('projection', /where generation = 0 and order_id > \$\d/),
    rebuild: step('projection', /update projection set generation = \$1/),
    'parked events': step('projection', /from inbox_dead d where d\.consumer = \$1 and d\.state = 'parked'/),
    'retention of the inbox': step('projection', /delete from inbox where ctid/),
    snapshot: step('projection', /update projection set snapshot = \$1/),
    'retention of generations': step('projection', /delete from customer_order where ctid/),
  },
  'apps/saga/bridge/run-bridge.ts': { signals: step('saga', /update bridge_signal s set attempts/) },
  'apps/saga/ended/timeline-backfill.ts': { steps: step('saga', /from saga where steps_due_at <=/) },
  'apps/saga/lost/lost-sagas.ts': {
    suspects: step('saga', /from saga where lost = 'SUSPECTED'/),
    settlement: step('saga', /from saga where lost = 'LOST' and settle_due_at/),
  },
  'apps/saga/main.ts': {
    'sweep of owners': step('order', /from orders .*updated_at/),
    'sweep for leaks': step('saga', /from saga where not open and \(updated_at, saga_id\) >/),
    'retention of keys': step('order', /delete from command where key = any/),
    'retention of sagas': step('saga', /delete from saga where saga_id = any/),
  },
  'apps/saga/saga-reconciliation.ts': {
    'open sagas': step('saga', /from saga where open and checked_at </),
    'reports without a saga': step('saga', /from ended_timeline where not attached and recorded_at </),
  },
  'apps/saga/saga-watch.ts': { poll: step('saga', /update watermark set seen_to/) },
  'libs/messaging/channel/group-member.ts': { heartbeat: step(consumer, /update channel_cursor set leased_until/) },
  'libs/messaging/channel/nats.channel.ts': 'reads from a broker, which the system has not',
  'libs/messaging/inbox/run-consumer.ts': {
    'parked events of mails': step('notification', /from inbox_dead d where d\.consumer = \$1 and d\.state = 'parked'/),
    'parked events of the bridge': step('saga', /from inbox_dead d where d\.consumer = \$1 and d\.state = 'parked'/),
    'upkeep of the inbox of mails': step('notification', /delete from inbox_dead where id = any/),
    'upkeep of the inbox of the bridge': step('saga', /delete from inbox_dead where id = any/),
  },
  'libs/messaging/log/log-tail.ts': { follow: step(consumer, /with bound as .* from events\.log/) },
  'libs/messaging/relay/broker-follower.ts': 'publishes to a broker, which the system has not',
  'libs/messaging/relay/log-retention.ts': {
    'retention of the log': step('relay', /with gone as \( delete from events\.log/),
    'retention of skipped events': step('relay', /where state = 'skipped' and decided_at </),
  },
  'libs/messaging/relay/relay.ts': {
    move: step('relay', /insert into events\.log/),
    release: step('relay', /where state in \('dead', 'parked'\) and reason in/),
  },
  'libs/participant/expiry.service.ts': {
    'overdue reservations': step('hotel', /from reservation where state = 'HELD' and hold_until <=/),
    'overdue authorizations': step('payment', /from payment where state = 'AUTHORIZED'/),
  },
};

const makesLoop =
  /new BackgroundLoop\(|setInterval\(|while \(!(this\.)?(stopped|stopping|signal\.aborted|stopping\.signal\.aborted)\)|for \(;;\) \{\s+await pause\(/;

/** The loop itself, and what starts the processes. */
const notServing = /^libs\/(service-kit\/background-loop\.ts$|embedded\/)/;

/** The files of the running system that make a loop. */
export const filesWithLoops = (): string[] =>
  sourceFiles(['apps', 'libs'])
    .filter((file) => !notServing.test(file) && makesLoop.test(readFileSync(file, 'utf8')))
    .toSorted();

/** The loops that none of the statements shows. */
export function missingLoops(statements: readonly ExplainedStatement[]): string[] {
  return Object.entries(loops).flatMap(([file, steps]) =>
    typeof steps === 'string'
      ? []
      : Object.entries(steps).flatMap(([name, { application, statement }]) =>
          statements.some((one) => application.test(one.application) && statement.test(one.statement))
            ? []
            : [`${name} (${file})`],
        ),
  );
}
