/** The request's data besides the command, for the handler's events. */
export interface CommandContext {
  /** The command's idempotency key; the cause of whatever the command does. */
  key: string;
  /** The saga on whose behalf the command runs, if any. */
  correlationId: string | null;
  traceparent: string | null;
}
