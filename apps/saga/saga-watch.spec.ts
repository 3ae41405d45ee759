import type { Client } from '@temporalio/client';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';
import type { ObservedSaga } from './observed-saga.js';
import type { SagaRegister, WatermarkSource } from './saga-register.js';
import { SagaWatch } from './saga-watch.js';

const noon = Date.parse('2026-06-01T12:00:00Z');
const log = pino({ level: 'silent' });

/** Temporal's visibility store: an ended saga is listed by its close time, and visible only later. */
class Visibility {
  /** The time of Temporal. */
  now = noon;
  private readonly ended: { sagaId: string; closeTime: number; visibleAt: number }[] = [];

  end(sagaId: string, { visibleAfterMs = 0 } = {}): void {
    this.ended.push({ sagaId, closeTime: this.now, visibleAt: this.now + visibleAfterMs });
  }

  readonly client = { workflow: { list: ({ query }: { query: string }) => this.list(query) } } as unknown as Client;

  private async *list(query: string): AsyncGenerator<object> {
    const since = /CloseTime >= '(.*)'/.exec(query)?.[1];
    if (since === undefined) return;
    for (const { sagaId, closeTime, visibleAt } of this.ended.toReversed())
      if (visibleAt <= this.now && closeTime >= Date.parse(since))
        yield {
          workflowId: sagaId,
          runId: sagaId,
          status: { name: 'COMPLETED' },
          startTime: new Date(noon),
          closeTime: new Date(closeTime),
          typedSearchAttributes: { get: (key: unknown) => (key === searchAttributes.sagaType ? 'createOrder' : undefined) },
        };
  }
}

/** The register, as far as a watch uses it; it outlives the watch. */
class Register {
  readonly ended = new Set<string>();
  private readonly seenTo = new Map<WatermarkSource, Date>();
  readonly watermarks = async () => this.seenTo;
  readonly setWatermark = async (source: WatermarkSource, time: Date) => void this.seenTo.set(source, time);
  readonly record = async (observed: readonly ObservedSaga[]) => {
    for (const { sagaId } of observed) this.ended.add(sagaId);
    return observed.length;
  };
}

let visibility: Visibility;
let register: Register;
const watch = () =>
  new SagaWatch({ client: visibility.client, register: register as unknown as SagaRegister, log, intervalMs: 1_000 });
const pass = (ms: number) => {
  visibility.now += ms;
  vi.advanceTimersByTime(ms);
};

beforeEach(() => {
  visibility = new Visibility();
  register = new Register();
  vi.useFakeTimers({ now: noon, toFake: ['Date', 'performance'] });
});
afterEach(() => vi.useRealTimers());

describe('a watch finds the end of every saga', () => {
  it.each([
    ['ahead', 5_000],
    ['behind', -5_000],
  ])('whose clock is 5 s %s of that of Temporal', async (_where, byMs) => {
    vi.setSystemTime(noon + byMs);
    const polling = watch();
    for (const sagaId of ['a', 'b', 'c']) {
      visibility.end(sagaId);
      await polling.poll();
      pass(1_000);
    }
    await polling.poll();
    expect([...register.ended]).toEqual(['a', 'b', 'c']);
  });

  it('which becomes visible after later ones', async () => {
    const polling = watch();
    visibility.end('late', { visibleAfterMs: 4_000 });
    pass(500);
    visibility.end('later');
    await polling.poll();
    expect([...register.ended]).toEqual(['later']);
    pass(4_000);
    await polling.poll();
    expect([...register.ended]).toEqual(['later', 'late']);
  });

  it('which ended while no watch ran for an hour', async () => {
    visibility.end('before');
    await watch().poll();
    for (let minute = 0; minute < 60; minute++) {
      pass(60_000);
      visibility.end(`minute ${minute}`);
    }
    await watch().poll();
    expect(register.ended.size).toBe(61);
  });
});
