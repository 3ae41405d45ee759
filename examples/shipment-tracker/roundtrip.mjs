const TYPES = ['order.shipped', 'trip.booked'];
const PAGE = 200;
const ANSWERED_WITHIN_MS = 10_000;

/** Roundtrip's public API, as far as the tracker needs it. */
export class Roundtrip {
  #url;
  #apiKey;

  /**
   * @param {string} url
   * @param {string | undefined} apiKey with the scopes `hooks` and `events`, where keys are asked for
   */
  constructor(url, apiKey) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  /** Whether the hook is still there. One that was disabled while we were away, or sends to where we were before, is put right. */
  async keepHook({ hookId }, target) {
    const answer = await this.#call('GET', `/v1/hooks/${hookId}`);
    if (answer.status === 404) return false;
    const { url, state } = this.#expect(200, answer);
    const change = { ...(url === target ? {} : { url: target }), ...(state === 'disabled' ? { state: 'enabled' } : {}) };
    if (Object.keys(change).length > 0) this.#expect(200, await this.#call('PATCH', `/v1/hooks/${hookId}`, change));
    return true;
  }

  /** A new hook that sends to `target`; asked for again with the same key, the same one. The secret is shown by no other call. */
  async newHook(target, key) {
    const hook = { url: target, types: TYPES, description: 'shipment tracker' };
    const { hookId, secret } = this.#expect(201, await this.#call('POST', '/v1/hooks', hook, { 'idempotency-key': key }));
    return { hookId, secret };
  }

  /**
   * The next page of what has happened since. `lost` says from where it goes on when what came after `after` is not kept any more.
   *
   * @returns {Promise<{ items: object[], next: string } | { lost: string }>}
   */
  async eventsAfter(after) {
    const query = new URLSearchParams({ after, types: TYPES.join(','), limit: String(PAGE) });
    const answer = await this.#call('GET', `/v1/events?${query}`);
    if (answer.status === 410) return { lost: answer.body.oldest ?? 'beginning' };
    return this.#expect(200, answer);
  }

  async #call(method, path, body, headers = {}) {
    const response = await fetch(new URL(path, this.#url), {
      method,
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(this.#apiKey ? { authorization: `Bearer ${this.#apiKey}` } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
    });
    return { status: response.status, body: await response.json() };
  }

  #expect(wanted, { status, body }) {
    if (status === wanted) return body;
    throw new Error(`Roundtrip answered ${status} ${body.code ?? ''}: ${body.detail ?? 'no reason given'}`);
  }
}
