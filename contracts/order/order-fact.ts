/** The events that a process following an order receives. Those that end the wait for its payment come last. */
export const orderFactTypes = ['order.approved', 'order.paid', 'order.cancelled', 'order.shipped'] as const;

/** One event about an order, as the bridge sends it to a workflow: at least once, so the workflow deduplicates by `occurrenceId`. */
export interface OrderFact {
  occurrenceId: string;
  type: (typeof orderFactTypes)[number];
}
