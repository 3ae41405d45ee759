import { createHash } from 'node:crypto';

const hex = (text: string, digits: number): string => createHash('sha256').update(text).digest('hex').slice(0, digits);

/**
 * The W3C `traceparent` of one thing that a saga does. All that happens on behalf of a saga is in one trace, and whatever is tried again is the
 * same span, on every machine: both ids come from the saga and the thing, not from a clock or chance.
 * @param correlationId the saga's workflow id. @param causationId what it does: the idempotency key of a command.
 */
export const traceparentOf = (correlationId: string, causationId: string): string =>
  `00-${hex(correlationId, 32)}-${hex(causationId, 16)}-01`;
