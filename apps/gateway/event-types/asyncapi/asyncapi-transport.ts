export type NamedEntry = readonly [name: string, value: object];

/** The part of the AsyncAPI document for one transport. */
export interface AsyncApiTransport {
  servers: Record<string, object>;
  channels: readonly NamedEntry[];
  operations: readonly NamedEntry[];
  /** The messages of the events in this transport. */
  messages: readonly NamedEntry[];
}
