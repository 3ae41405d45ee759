import { condition, setHandler } from '@temporalio/workflow';
import { type OrderFact, orderFactTypes } from '../../contracts/order/order-fact.js';
import { isFact } from '../saga/messages.js';
import { noteOrderFactSignal } from './expire-unpaid-order.contract.js';

/** After these facts the payment of an order is no longer due. */
const finalFacts: readonly OrderFact['type'][] = ['order.paid', 'order.cancelled', 'order.shipped'];

/** The facts that the process has received about its order. A repeated fact counts once. */
export class OrderFacts {
  private readonly facts: Map<string, OrderFact['type']>;

  /** @param receivedBefore the facts that an earlier run has received. */
  constructor(receivedBefore: readonly OrderFact[] = []) {
    this.facts = new Map(receivedBefore.map(({ occurrenceId, type }) => [occurrenceId, type]));
    setHandler(noteOrderFactSignal, (fact) => {
      // Anybody can send a signal with any input. An invalid one is ignored, as a signal has no answer.
      if (isFact(fact, orderFactTypes)) this.facts.set(fact.occurrenceId, fact.type);
    });
  }

  /** All facts, in the order in which they arrived. */
  all(): OrderFact[] {
    return [...this.facts].map(([occurrenceId, type]) => ({ occurrenceId, type }));
  }

  /** Resolves when a final fact arrives, or after `ms`. @returns whether a final fact has arrived. */
  finalFactWithin(ms: number): Promise<boolean> {
    return condition(() => [...this.facts.values()].some((type) => finalFacts.includes(type)), ms);
  }
}
