import type { PoolClient } from 'pg';
import { sql } from '../../../libs/database/sql.js';
import type { Consumer } from '../../../libs/messaging/inbox/consumer.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import { newestData } from '../../../libs/messaging/event/newest-data.js';
import type { BridgeRule } from './bridge-rule.js';

/** Queues the signals for the events in the table; `SignalSender` sends them. */
export const bridgeConsumer = (rules: readonly BridgeRule[]): Consumer => ({
  name: 'bridge',
  types: rules.map(({ event }) => event),
  // Signals of one workflow are sent in the order in which its events arrived. Workflows read the state before they act, so
  // another order does no harm.
  mode: 'commutative',
  async handle(event: LoggedEvent, tx: PoolClient): Promise<void> {
    const data = newestData(event) as never;
    for (const { toSignal } of rules.filter((rule) => rule.event === event.type)) {
      const { workflowId, signal, argument, start } = toSignal(data, event);
      await tx.query(
        sql`insert into bridge_signal (occurrence_id, workflow_id, signal, argument, start)
         values (${event.eventId}, ${workflowId}, ${signal}, ${JSON.stringify(argument)},
           ${start === undefined ? null : JSON.stringify(start)})
         on conflict (workflow_id, occurrence_id) do nothing`,
      );
    }
  },
});
