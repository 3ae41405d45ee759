import type { ConnectionLike } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TemporalUnavailableException } from './temporal-outage.js';
import { TemporalService } from './temporal.service.js';

/** The fields of a gRPC error that Temporal's client reads. */
const grpcError = (code: number) => Object.assign(new Error(`gRPC ${code}`), { code, details: '', metadata: {} });
const never = () => new Promise<never>(() => {});
const sent = (value: boolean) =>
  expect.objectContaining({ sent: value, problem: expect.objectContaining({ status: 503, code: 'TEMPORAL_UNAVAILABLE' }) });

let getSystemInfo: () => Promise<unknown>;
let temporal: TemporalService;

beforeEach(() => {
  vi.useFakeTimers();
  getSystemInfo = async () => ({});
  const connection = {
    plugins: [],
    withDeadline: (_: number, request: () => Promise<unknown>) => request(),
    workflowService: { getSystemInfo: () => getSystemInfo() },
  };
  temporal = new TemporalService(connection as unknown as ConnectionLike, { TEMPORAL_NAMESPACE: 'default' });
});

afterEach(() => {
  temporal.onApplicationShutdown();
  vi.useRealTimers();
});

describe('TemporalService', () => {
  it('returns answers, including errors that are answers', async () => {
    const notFound = grpcError(5);
    await expect(temporal.call(async () => 'answer')).resolves.toBe('answer');
    await expect(temporal.call(() => Promise.reject(notFound))).rejects.toBe(notFound);
  });

  it.each([1, 2, 4, 7, 8, 9, 10, 13, 14, 16])('treats gRPC code %i as an outage with an unknown outcome', async (code) => {
    await expect(temporal.call(() => Promise.reject(grpcError(code)))).rejects.toThrow(sent(true));
  });

  it('times out whatever the connection does', async () => {
    const asked = temporal.call(never, 700).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(701);
    expect(await asked).toEqual(sent(true));
  });

  it('sends nothing during a known outage of Temporal, and resumes after it', async () => {
    const request = vi.fn(async () => 'answer');
    getSystemInfo = () => Promise.reject(grpcError(14));
    temporal.onApplicationBootstrap();
    await vi.advanceTimersByTimeAsync(500);
    await expect(temporal.call(request)).rejects.toThrow(sent(false));
    expect(request).not.toHaveBeenCalled();
    getSystemInfo = async () => ({});
    await vi.advanceTimersByTimeAsync(500);
    await expect(temporal.call(request)).resolves.toBe('answer');
  });

  it('refuses no call after one missed probe', async () => {
    getSystemInfo = vi.fn().mockRejectedValueOnce(grpcError(14)).mockResolvedValue({});
    temporal.onApplicationBootstrap();
    await vi.advanceTimersByTimeAsync(10);
    await expect(temporal.call(async () => 'answer')).resolves.toBe('answer');
  });

  it('answers a long wait that times out with undefined', async () => {
    const waited = temporal.wait(never, 1_000);
    await vi.advanceTimersByTimeAsync(1_001);
    await expect(waited).resolves.toBeUndefined();
    await expect(temporal.wait(() => Promise.reject(grpcError(14)), 1_000)).resolves.toBeUndefined();
    await expect(temporal.wait(() => Promise.reject(new TypeError('a bug')), 1_000)).rejects.toThrow('a bug');
  });

  it('ends every long wait when the process stops, including later ones', async () => {
    const waited = temporal.wait(never, 30_000);
    temporal.onModuleDestroy();
    await expect(waited).resolves.toBeUndefined();
    await expect(temporal.wait(never, 30_000)).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says whether a request went out', () => {
    expect(new TemporalUnavailableException(true).problem.detail).toContain('Try again later.');
    expect(new TemporalUnavailableException(false, { consequence: 'Nothing was started.' }).problem.detail).toContain(
      'Nothing was started.',
    );
  });
});
