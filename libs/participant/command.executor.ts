import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { COMMAND_SEALED, SEAL } from '../../contracts/participant/participants.js';
import { fingerprint } from '../service-kit/fingerprint.js';
import { ProblemException } from '../service-kit/problem.exception.js';
import type { CommandContext } from './command-context.js';
import type { CommandHandler } from './command-handler.js';
import { ConcurrencyConflictError } from './concurrency-conflict.error.js';
import { isConflict } from '../database/database-failure.js';
import { Refusal } from './refusal.js';
import type { Database, Transaction } from './transaction.js';

/** The final answer of a key: the command's first answer, which every repeat gets too. */
export interface CommandAnswer {
  status: number;
  body: unknown;
}

interface StoredCommand {
  operation: string;
  fingerprint: string;
  status: number;
  answer: unknown;
}

export const DATABASE = Symbol('DATABASE');

const MAX_CONFLICTS = 30;

/** The final answer of a key, with the operation that gave it: `seal` for a key that was sealed before any command had an effect. */
export interface StoredAnswer extends CommandAnswer {
  operation: string;
}

/**
 * Runs commands exactly once per key. Key, effect, events and answer commit in one transaction. A repeat gets the stored answer. A repeat that
 * races with the first command waits for it on the key's unique index. A crash leaves everything or nothing.
 */
@Injectable()
export class CommandExecutor<Tx extends Transaction = Transaction> {
  constructor(@Inject(DATABASE) private readonly database: Database<Tx>) {}

  /**
   * @param handler the command's effect. It runs again after a lost race (`ConcurrencyConflictError`, serialization failure).
   * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED` if the key belongs to another command; 503 if the aggregate is too busy.
   */
  async execute(
    operation: string,
    handler: CommandHandler<Tx>,
    command: unknown,
    context: CommandContext,
  ): Promise<CommandAnswer> {
    const content = fingerprint(operation, identityOf(command, handler.excludeFromFingerprint));
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
      try {
        return await this.attempt(operation, handler, command, context, content);
      } catch (error) {
        if (!(error instanceof ConcurrencyConflictError) && !isConflict(error)) throw error;
        await delay(Math.random() * Math.min(5 * (conflicts + 1), 50));
      }
    }
    throw new ProblemException(
      503,
      'AGGREGATE_BUSY',
      `${operation} lost ${MAX_CONFLICTS} races for its aggregate; nothing was changed. Try again.`,
      {},
      { retryAfter: 1 },
    );
  }

  /** The final answer of a key, or null if it has none yet. */
  async find(key: string): Promise<StoredAnswer | null> {
    const stored = await readStored(this.database, key);
    return stored ? { operation: stored.operation, status: stored.status, body: stored.answer } : null;
  }

  /**
   * Gives a key its final answer, if it has none: a refusal, after which no command with this key can have an effect. A command under way is
   * waited for, on the key's unique index. @returns the key's final answer.
   */
  async seal(key: string): Promise<StoredAnswer> {
    const { status, body } = answerOf(sealedRefusal(key));
    const sealed = await this.database.$executeRaw`
      insert into command (key, operation, fingerprint, status, answer) values (${key}, ${SEAL}, '', ${status}, ${JSON.stringify(body)}::json)
      on conflict (key) do nothing`;
    if (sealed > 0) return { operation: SEAL, status, body };
    // A statement of its own: the insert does not see the row that it has waited for.
    return (await this.find(key))!;
  }

  private attempt(
    operation: string,
    handler: CommandHandler<Tx>,
    command: unknown,
    context: CommandContext,
    content: string,
  ): Promise<CommandAnswer> {
    return this.database.$transaction(
      async (tx) => {
        const claimed = await tx.$executeRaw`
          insert into command (key, operation, fingerprint, status, answer) values (${context.key}, ${operation}, ${content}, 0, 'null')
          on conflict (key) do nothing`;
        if (claimed === 0) return this.repeat(tx, operation, context.key, content);
        const result = await handler.handle(tx, command as never, context);
        const answer = answerOf(result);
        await tx.$executeRaw`update command set status = ${answer.status}, answer = ${JSON.stringify(answer.body)}::json where key = ${context.key}`;
        return answer;
      },
      { maxWait: 4_000, timeout: 10_000 },
    );
  }

  private async repeat(tx: Tx, operation: string, key: string, content: string): Promise<CommandAnswer> {
    const stored = await readStored(tx, key);
    // The row can only be missing if the transaction that had claimed the key rolled back after our insert saw it: try again.
    if (!stored) throw new ConcurrencyConflictError(`the key ${key} was given up meanwhile`);
    if (stored.operation !== SEAL && stored.fingerprint !== content) {
      throw new ProblemException(
        422,
        'IDEMPOTENCY_KEY_REUSED',
        `The key ${key} was used for another ${stored.operation}; ${operation} with other content needs a key of its own.`,
      );
    }
    return { status: stored.status, body: stored.answer };
  }
}

async function readStored(reader: Transaction, key: string): Promise<StoredCommand | undefined> {
  const [stored] = await reader.$queryRaw<
    StoredCommand[]
  >`select operation, fingerprint, status, answer from command where key = ${key}`;
  return stored;
}

const sealedRefusal = (key: string): Refusal =>
  new Refusal(COMMAND_SEALED, `The key ${key} is sealed: no command with it can have an effect any more.`);

/** The fields on which two commands with one key must agree. */
function identityOf(command: unknown, excludeFromFingerprint: readonly string[]): unknown {
  if (excludeFromFingerprint.length === 0) return command;
  return Object.fromEntries(Object.entries(command as object).filter(([field]) => !excludeFromFingerprint.includes(field)));
}

function answerOf(result: unknown): CommandAnswer {
  if (result instanceof Refusal) return { status: 409, body: refusalProblem(result.code, result.detail) };
  return { status: 200, body: result };
}

/** The problem document of a business refusal. */
function refusalProblem(code: string, detail: string) {
  return { type: 'about:blank', title: 'Refused', status: 409, code, detail };
}
