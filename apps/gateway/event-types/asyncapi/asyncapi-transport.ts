export type NamedEntry = readonly [name: string, value: object];

/** What a way to get events adds to the AsyncAPI document. */
export interface AsyncApiTransport {
  servers: Record<string, object>;
  channels: readonly NamedEntry[];
  operations: readonly NamedEntry[];
  /** The events as they look there. */
  messages: readonly NamedEntry[];
}
