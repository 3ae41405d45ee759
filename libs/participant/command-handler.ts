import type { z } from 'zod';
import type { OperationOf, Participant } from '../../contracts/participant/participants.js';
import type { CommandContext } from './command-context.js';
import type { Refusal } from './refusal.js';
import type { Transaction } from './transaction.js';

/** A command's schema and its effect, which runs inside the transaction that also stores its key and its answer. */
export interface CommandHandler<Tx extends Transaction, Command = never, Answer = unknown> {
  schema: z.ZodType<Command>;
  /** Fields that may differ between two commands with one key: they do not change what the command does, only how it is described. */
  excludeFromFingerprint: readonly string[];
  handle(tx: Tx, command: Command, context: CommandContext): Promise<Answer | Refusal>;
}

/** A handler for every operation that the contract gives this participant; one that is missing does not compile. */
export type CommandHandlers<P extends Participant, Tx extends Transaction> = Record<OperationOf<P>, CommandHandler<Tx>>;

/** Ties a schema to its effect so that the command's type follows from the schema. @param excludeFromFingerprint as in `CommandHandler`. */
export function command<Tx extends Transaction, Command, Answer>(
  schema: z.ZodType<Command>,
  handle: CommandHandler<Tx, Command, Answer>['handle'],
  excludeFromFingerprint: readonly (keyof Command & string)[] = [],
): CommandHandler<Tx> {
  return { schema, handle, excludeFromFingerprint } as unknown as CommandHandler<Tx>;
}
