/** An event in the log: the data of its service, and its position. */
export interface LoggedEvent {
  /** Its place in the order of all events. Positions increase, with gaps, and stay below 2^53. */
  position: number;
  /** UUID of the occurrence, the same in whatever version it is rendered. */
  eventId: string;
  /** The service that states the fact. */
  service: string;
  /** `<service>.<past tense>`, without the version. */
  type: string;
  /** The version that the service wrote it in. */
  typeVersion: number;
  aggregateType: string;
  aggregateId: string;
  /** 1, 2, 3 … of the aggregate, without a hole. */
  aggregateVersion: number;
  subject: string;
  occurredAt: Date;
  /** When it came into the log. */
  recordedAt: Date;
  /** The saga on whose behalf it happened. */
  correlationId: string | null;
  /** The command or event that caused it. */
  causationId: string | null;
  traceparent: string | null;
  tracestate: string | null;
  /** The JSON text that the service wrote, byte by byte. */
  data: string;
}
