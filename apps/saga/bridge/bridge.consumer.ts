import type { PoolClient } from 'pg';
import { eventCatalogue } from '../../../contracts/event-catalogue.js';
import { convertEvent } from '../../../libs/messaging/convert-event.js';
import { newestVersion } from '../../../libs/messaging/event-versions.js';
import type { Consumer } from '../../../libs/messaging/inbox/consumer.js';
import type { LoggedEvent } from '../../../libs/messaging/logged-event.js';
import type { BridgeRule } from './bridge-rule.js';

/** Notes what workflows are to be told of the events in the table; `SignalSender` tells them. */
export const bridgeConsumer = (rules: readonly BridgeRule[]): Consumer => ({
  name: 'bridge',
  types: rules.map(({ event }) => event),
  // Signals of one workflow go in the order in which its events came. Workflows look for themselves before they act, so one out of turn does no harm.
  mode: 'commutative',
  async handle(event: LoggedEvent, tx: PoolClient): Promise<void> {
    const known = eventCatalogue.get(event.type);
    if (!known) throw new Error(`The catalogue has no event type ${event.type}.`);
    const data = convertEvent(known, JSON.parse(event.data), event.typeVersion, newestVersion(known)) as never;
    for (const { tell } of rules.filter((rule) => rule.event === event.type)) {
      const { workflowId, signal, argument, start } = tell(data, event);
      await tx.query(
        `insert into bridge_signal (occurrence_id, workflow_id, signal, argument, start) values ($1, $2, $3, $4, $5)
         on conflict (workflow_id, occurrence_id) do nothing`,
        [event.eventId, workflowId, signal, JSON.stringify(argument), start === undefined ? null : JSON.stringify(start)],
      );
    }
  },
});
