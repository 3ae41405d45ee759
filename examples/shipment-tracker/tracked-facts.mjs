import { existsSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';

/** How many facts are kept; the oldest go first. */
const KEPT = 10_000;

/**
 * What the tracker knows, in one JSON file. A fact is kept once, whichever door it came by and however often.
 *
 * The feed gives every event once, in one order, so whatever is not after the last one that was polled (`polledTo`) is known already. Hooks run ahead
 * of it and may overtake each other: for those, until polling has come past them, the `occurrenceid`s are kept.
 */
export class TrackedFacts {
  #file;
  #state = {
    /** The hook that was registered for us, with its secret. */
    hook: null,
    /** The hook that is being asked for, and under which key: asking again after a crash gives the same one. */
    asked: null,
    /** Where polling goes on. */
    cursor: 'beginning',
    /** The `sequence` of the last event that was polled. */
    polledTo: '',
    /** `occurrenceid` → `sequence` of what hooks brought beyond that. */
    ahead: {},
    facts: [],
    counts: { kept: 0, repeats: 0 },
  };
  #lastWrite = Promise.resolve();
  #nextWrite;

  /** @param {string} file where the facts are kept; made with the first one */
  constructor(file) {
    this.#file = file;
    if (existsSync(file)) this.#state = JSON.parse(readFileSync(file, 'utf8'));
  }

  get hook() {
    return this.#state.hook;
  }

  get asked() {
    return this.#state.asked;
  }

  get cursor() {
    return this.#state.cursor;
  }

  get facts() {
    return this.#state.facts;
  }

  get counts() {
    return this.#state.counts;
  }

  /** Resolves when it is on disk. */
  rememberHook(hook, asked) {
    Object.assign(this.#state, { hook, asked });
    return this.#write();
  }

  /** Records the event of a webhook. Resolves when it is on disk: only then may the webhook be answered. */
  takePushed(event) {
    this.#take(event);
    return this.#write();
  }

  /** Takes a page of the feed, and with it the place where polling goes on. Resolves when it is on disk. */
  takePolled({ items, next }) {
    for (const event of items) {
      this.#take(event);
      this.#state.polledTo = event.sequence;
    }
    this.#state.cursor = next;
    for (const [id, sequence] of Object.entries(this.#state.ahead))
      if (sequence <= this.#state.polledTo) delete this.#state.ahead[id];
    return this.#write();
  }

  /** What came before this point is lost to the feed; it goes on from `cursor`. */
  skipTo(cursor) {
    this.#state.cursor = cursor;
    return this.#write();
  }

  #take(event) {
    const { counts, facts, ahead, polledTo } = this.#state;
    if (event.sequence <= polledTo || ahead[event.occurrenceid] !== undefined) {
      counts.repeats += 1;
      return;
    }
    ahead[event.occurrenceid] = event.sequence;
    const fact = factOf(event);
    if (!fact) return; // a type of tomorrow, or a test event: nothing for us, and no failure
    counts.kept += 1;
    facts.push(fact);
    if (facts.length > KEPT) facts.splice(0, facts.length - KEPT);
  }

  /** One write at a time, of everything: what comes while one is under way goes into the next. */
  #write() {
    this.#nextWrite ??= this.#lastWrite
      .catch(() => {})
      .then(() => {
        this.#nextWrite = undefined;
        this.#lastWrite = this.#writeNow();
        return this.#lastWrite;
      });
    return this.#nextWrite;
  }

  /** The file is complete at any moment: it is written beside the old one, which it then replaces. */
  async #writeNow() {
    const beside = `${this.#file}.new`;
    const file = await open(beside, 'w', 0o600); // it holds the hook's secret
    try {
      await file.writeFile(JSON.stringify(this.#state));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, this.#file);
  }
}

/** What marketing wants to know of an event; undefined for anything else. Fields that we do not know are ignored. */
function factOf({ type, time, sequence, occurrenceid, data }) {
  const known = { sequence, occurrenceId: occurrenceid, customerId: data?.customerId, total: data?.total, at: time };
  if (/^com\.roundtrip\.order\.shipped\.v\d+$/.test(type)) return { kind: 'shipment', orderId: data.orderId, ...known };
  if (/^com\.roundtrip\.trip\.booked\.v\d+$/.test(type)) return { kind: 'trip', tripId: data.tripId, ...known };
  return undefined;
}
