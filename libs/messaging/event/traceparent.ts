import { createHash } from 'node:crypto';

const hex = (text: string, digits: number): string => createHash('sha256').update(text).digest('hex').slice(0, digits);

/**
 * The W3C `traceparent` of one command of a saga. A saga is one trace, and every attempt of a command is the same span on every machine.
 * Both ids are derived from the two arguments, not from a clock or a random number.
 * @param correlationId the saga's workflow id.
 * @param causationId the idempotency key of the command.
 */
export const traceparentOf = (correlationId: string, causationId: string): string =>
  `00-${hex(correlationId, 32)}-${hex(causationId, 16)}-01`;
