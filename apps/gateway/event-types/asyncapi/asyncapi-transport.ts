export type Named = readonly [name: string, value: object];

/** What a way to get events adds to the AsyncAPI document. */
export interface AsyncApiTransport {
  servers: Record<string, object>;
  channels: readonly Named[];
  operations: readonly Named[];
  /** The events as they look there. */
  messages: readonly Named[];
}
