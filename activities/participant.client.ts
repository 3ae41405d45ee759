import { Context } from '@temporalio/activity';
import { Pool } from 'undici';
import type { OperationOf, Participant } from '../contracts/participant/participants.js';
import { traceparentOf } from '../libs/messaging/event/traceparent.js';
import { recordAttempt } from '../libs/service-client/attempt-durations.js';
import { type Exchange, failureOf } from './failures.js';
import type { ActivityResult, WithIdempotencyKey } from './idempotent-command.js';

/** Codes of errors that occur before the request is sent. */
const notSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

/** How long before Temporal's timeout an attempt ends, so that its outcome can still be reported. */
const MARGIN_MS = 100;

/**
 * Sends commands to one participant on behalf of sagas. Every command has an idempotency key, so a repeat is harmless. If an earlier attempt
 * left the command in doubt, the client first reads the stored answer, and sends the command only if there is none.
 */
export class ParticipantClient<P extends Participant> {
  private readonly pool: Pool;

  constructor(
    private readonly participant: P,
    url: string,
  ) {
    this.pool = new Pool(url, { connections: 128, pipelining: 1, keepAliveTimeout: 30_000, connect: { timeout: 1_000 } });
  }

  /**
   * Sends a command, or seals its key. A seal returns the stored answer, or stores a refusal in its place.
   * @throws ApplicationFailure as `failureOf` says.
   */
  async send<Answer>(
    operation: OperationOf<P>,
    { key, inDoubt, seal, ...command }: WithIdempotencyKey<object>,
  ): Promise<ActivityResult<Answer>> {
    const { info } = Context.current();
    const deadline = AbortSignal.timeout(Math.max(info.startToCloseTimeoutMs - MARGIN_MS, MARGIN_MS));
    const call = { participant: this.participant, operation, attempt: info.attempt };
    const path = `/commands/${encodeURIComponent(key)}`;

    if (seal) return this.conclude(storedIn(await this.exchange('POST', `${path}/seal`, undefined, {}, deadline, key)), call);
    if (inDoubt || info.attempt > 1) {
      const found = await this.exchange('GET', path, undefined, {}, deadline, key);
      if (found.kind !== 'answered') throw failureOf(found, call)!;
      if (found.status === 200) return this.conclude(storedIn(found), call);
    }
    const sagaId = info.workflowExecution?.workflowId ?? key;
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': key,
      'x-correlation-id': sagaId,
      traceparent: traceparentOf(sagaId, key),
    };
    const startedAt = performance.now();
    const sent = await this.exchange('POST', `/commands/${operation}`, JSON.stringify(command), headers, deadline, key);
    if (sent.kind === 'answered' && !inDoubt && info.attempt === 1) recordAttempt(performance.now() - startedAt);
    return this.conclude(sent, call);
  }

  /** Reads a resource of the participant. @throws ApplicationFailure as `failureOf` says. A missing resource is a defect. */
  async read<Resource>(path: string): Promise<Resource> {
    const { info } = Context.current();
    const deadline = AbortSignal.timeout(Math.max(info.startToCloseTimeoutMs - MARGIN_MS, MARGIN_MS));
    const call = { participant: this.participant, operation: info.activityType, attempt: info.attempt };
    return this.conclude<Resource>(await this.exchange('GET', path, undefined, {}, deadline), call);
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  private conclude<Answer>(
    exchange: Exchange,
    call: { participant: P; operation: string; attempt: number },
  ): ActivityResult<Answer> {
    const failure = failureOf(exchange, call);
    if (failure) throw failure;
    return { attempt: call.attempt, ...((exchange as { body: object }).body as Answer) };
  }

  private async exchange(
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
    signal: AbortSignal,
    key?: string,
  ): Promise<Exchange> {
    try {
      const response = await this.pool.request({ method, path, headers, signal, ...(body === undefined ? {} : { body }) });
      const retryAfter = response.headers['retry-after'];
      const text = await response.body.text();
      return {
        kind: 'answered',
        status: response.statusCode,
        body: jsonOrText(text),
        storedUnderKey: key !== undefined && response.headers['idempotency-key'] === key,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      };
    } catch (error) {
      const { code, name, message } = error as { code?: string; name?: string; message?: string };
      const reason = name === 'TimeoutError' ? 'no answer in time' : (code ?? message ?? String(error));
      return { kind: code !== undefined && notSent.has(code) ? 'not-sent' : 'unanswered', reason };
    }
  }
}

/** Unwraps the stored answer from the answer to a read or a seal of a key. Any other exchange stays unchanged. */
function storedIn(exchange: Exchange): Exchange {
  if (exchange.kind !== 'answered' || exchange.status !== 200) return exchange;
  const { status, body } = exchange.body as { status: number; body: unknown };
  return { ...exchange, status, body };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
