import { condition, setHandler } from '@temporalio/workflow';
import { type OrderFact, orderFactTypes } from '../../contracts/order-fact.js';
import { isFact } from '../saga/messages.js';
import { noteOrderFactSignal } from './expire-unpaid-order.contract.js';

/** After these nobody waits for the payment of an order any more. */
const endings: readonly OrderFact['type'][] = ['order.paid', 'order.cancelled', 'order.shipped'];

/** What the process has been told of its order, each fact once however often it is told. */
export class OrderFacts {
  private readonly heard: Map<string, OrderFact['type']>;

  /** @param carried what a run before this one was told. */
  constructor(carried: readonly OrderFact[] = []) {
    this.heard = new Map(carried.map(({ occurrenceId, type }) => [occurrenceId, type]));
    setHandler(noteOrderFactSignal, (fact) => {
      // Anybody can send a signal with any input; one that is no fact is ignored, as a signal has no answer.
      if (isFact(fact, orderFactTypes)) this.heard.set(fact.occurrenceId, fact.type);
    });
  }

  /** All of them, in the order in which they were told. */
  all(): OrderFact[] {
    return [...this.heard].map(([occurrenceId, type]) => ({ occurrenceId, type }));
  }

  /** Resolves when the order needs no watching any more, or the time is over. @returns whether it is settled. */
  settledWithin(ms: number): Promise<boolean> {
    return condition(() => [...this.heard.values()].some((type) => endings.includes(type)), ms);
  }
}
