import type { OfferedEvent } from './offered-event.js';

export type Named = readonly [name: string, value: object];

/** What a way to get events adds to the AsyncAPI document. */
export interface AsyncApiTransport {
  servers: Record<string, object>;
  channels: readonly Named[];
  operations: readonly Named[];
  /** An event as it looks there. */
  messageOf: (event: OfferedEvent) => Named;
}
