import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { type FailureDetails, failureTypes } from '../contracts/participant/failure-types.js';
import { refusalsOf } from '../contracts/participant/participants.js';

/** How one request to a participant ended. */
export type Exchange =
  | {
      kind: 'answered';
      status: number;
      body: unknown;
      /** Whether the participant has stored this answer under the command's key. */
      storedUnderKey: boolean;
      retryAfter?: string | undefined;
    }
  /** The request never reached the participant. */
  | { kind: 'not-sent'; reason: string }
  /** The request went out and the connection broke or time ran out before an answer came. */
  | { kind: 'unanswered'; reason: string };

type Call = Omit<FailureDetails, 'refusal'>;

/**
 * The one translation from HTTP to failure. @returns undefined for a success, otherwise the failure that the activity must throw:
 * a refusal of the contract that is stored under the key → not retryable, with its own code as type; busy or unavailable (408, 425, 429,
 * 5xx, no connection) → retryable, after `Retry-After` if given; no answer → `InDoubt`, retryable; anything else → `UnexpectedResponse`: a
 * defect, or an answer of an intermediary (an ingress, an older instance). It settles nothing, so the step's retry policy decides about a
 * retry.
 */
export function failureOf(exchange: Exchange, call: Call): ApplicationFailure | undefined {
  const { participant, operation } = call;
  const name = `${participant}.${operation}`;
  if (exchange.kind === 'not-sent')
    return retryable(failureTypes.unavailable, `${name} could not be sent: ${exchange.reason}.`, call);
  if (exchange.kind === 'unanswered')
    return retryable(
      failureTypes.inDoubt,
      `${name} was sent and not answered: ${exchange.reason}. It may have had its effect.`,
      call,
    );

  const { status } = exchange;
  if (status >= 200 && status < 300) return undefined;
  const { code, detail } = problemOf(exchange.body);
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return retryable(
      failureTypes.unavailable,
      `${name} answered ${status} ${code ?? ''}: ${detail ?? 'no detail'}`,
      call,
      retryAfterMs(exchange.retryAfter),
    );
  }
  if (exchange.storedUnderKey && code !== undefined && refusalsOf(participant, operation).includes(code)) {
    return ApplicationFailure.create({
      type: code,
      message: detail ?? code,
      nonRetryable: true,
      category: ApplicationFailureCategory.BENIGN, // a refusal is no reason for an alert
      details: [{ ...call, refusal: true } satisfies FailureDetails],
    });
  }
  return ApplicationFailure.create({
    type: failureTypes.unexpected,
    message: `${name} answered ${status} ${code ?? ''}, which is no answer of the contract: ${detail ?? 'no detail'}`,
    nonRetryable: false,
    details: [{ ...call, refusal: false } satisfies FailureDetails],
  });
}

function retryable(type: string, message: string, call: Call, nextRetryDelay?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: false,
    details: [{ ...call, refusal: false } satisfies FailureDetails],
    ...(nextRetryDelay === undefined ? {} : { nextRetryDelay }),
  });
}

function problemOf(body: unknown): { code?: string; detail?: string } {
  const { code, detail } = (typeof body === 'object' && body !== null ? body : {}) as { code?: unknown; detail?: unknown };
  return { ...(typeof code === 'string' ? { code } : {}), ...(typeof detail === 'string' ? { detail } : {}) };
}

/** `Retry-After` in seconds or as an HTTP date. At most a minute, so that it cannot outlast a step's deadline by far. */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), 60_000) : undefined;
}
