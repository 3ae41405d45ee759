/** What a process that follows an order is told of. Facts that end the wait for its payment come last. */
export const orderFactTypes = ['order.approved', 'order.paid', 'order.cancelled', 'order.shipped'] as const;

/** One fact about an order, as the bridge tells it to a workflow: at least once, so whoever hears it counts by `occurrenceId`. */
export interface OrderFact {
  occurrenceId: string;
  type: (typeof orderFactTypes)[number];
}
