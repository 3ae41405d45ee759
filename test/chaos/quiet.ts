import { setTimeout as delay } from 'node:timers/promises';
import { services } from '../../libs/database/services.js';
import type { ChaosSystem } from './chaos-system.js';
import type { Meddler } from './meddler.js';

/** Describes the work in progress; empty if there is none. */
async function underWay({ database, temporal, embedded }: ChaosSystem): Promise<string[]> {
  const { count: running } = await temporal.workflow.count("ExecutionStatus = 'Running' AND SagaType IS NOT NULL");
  // The watch publishes what it sees before it answers.
  const looked = await fetch(`${embedded.addresses.saga}/refresh`, { method: 'POST' });
  const outboxes = services
    .filter((service) => !['events', 'notification', 'projection'].includes(service))
    .map((service) => `select '${service}' as service, count(*) from "${service}".outbox`);
  const { rows } = await database.query<{ what: string; count: string }>(`
    select 'facts in an outbox' as what, sum(count) as count from (${outboxes.join(' union all ')}) outbox
    union all select 'sagas that the register has open', count(*) from saga.saga where open
    union all select 'sagas that are lost', count(*) from saga.saga where lost is not null
    union all select 'events that no hook has been asked about', count(*) from events.log where position > (select position from hooks.cursor where name = 'fan-out')
    union all select 'deliveries', count(*) from hooks.delivery where state in ('pending', 'sending', 'retrying')
    union all select 'mails', count(*) from notification.mail where state in ('pending', 'sending')
    union all select 'events that a read model lacks', count(*) from events.log l, projection.projection p
      where l.position > coalesce((select cleared from projection.inbox_mark m where m.consumer = p.name || '.' || p.generation), 0)
        and not exists (select from projection.inbox i where i.occurrence_id = l.event_id and i.consumer = p.name || '.' || p.generation)
        and (p.name = 'customer-orders' and l.type like 'order.%' or p.name = 'saga-list' and l.type like 'saga.%')`);
  return [
    ...(looked.ok ? [] : ['a watch of sagas that cannot look']),
    ...(running > 0 ? [`${running} runs in Temporal`] : []),
    ...rows.flatMap(({ what, count }) => (Number(count) > 0 ? [`${count} ${what}`] : [])),
  ];
}

/**
 * Waits until every saga has ended and every event has arrived everywhere. Retries every step that needs attention.
 * @returns what is still in progress when the time is up.
 */
export async function untilQuiet(
  system: ChaosSystem,
  meddler: Meddler,
  { withinMs, log }: { withinMs: number; log: (line: string) => void },
): Promise<string[]> {
  let left: string[] = [];
  for (const deadline = Date.now() + withinMs; ; await delay(500)) {
    await meddler.retryAll();
    left = await underWay(system).catch((error: Error) => [error.message]);
    // Twice, as one thing may have led to another in between.
    if (left.length === 0) {
      await delay(1_500);
      left = await underWay(system).catch((error: Error) => [error.message]);
      if (left.length === 0) return [];
    }
    if (Date.now() > deadline) break;
  }
  log(`not quiet after ${withinMs / 1_000} s: ${left.join(', ')}`);
  return left;
}
