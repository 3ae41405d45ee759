/** A fact as it stands in the log: what its service wrote, and the position at which everybody can read it. */
export interface LoggedEvent {
  /** Its place in the one order of all facts; grows, with gaps. Below 2^53 for as long as anybody lives. */
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
