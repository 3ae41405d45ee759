import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ParticipantsService } from '../upstreams/participants.service.js';
import { KnownCustomers } from './known-customers.service.js';

const get = vi.fn<(path: string) => Promise<object>>();
let available: boolean;
let customers: KnownCustomers;

beforeEach(() => {
  available = true;
  get.mockReset().mockImplementation(async (path) => {
    if (path === '/customers/NOBODY') throw new Error('404');
    return {};
  });
  const participants = { isAvailable: () => available, apis: { customer: { get } } };
  customers = new KnownCustomers(participants as unknown as ParticipantsService);
});

describe('KnownCustomers', () => {
  it('looks a customer up once', async () => {
    expect(await customers.has('ALICE')).toBe(true);
    expect(await customers.has('ALICE')).toBe(true);
    expect(get.mock.calls.map(([path]) => path)).toEqual(['/customers/ALICE']);
  });

  it('does not cache unknown customers', async () => {
    expect(await customers.has('NOBODY')).toBe(false);
    expect(await customers.has('NOBODY')).toBe(false);
    expect(get).toHaveBeenCalledTimes(2);
  });

  it('knows cached customers only, while the customer service is unavailable', async () => {
    await customers.has('ALICE');
    available = false;
    expect(await customers.has('ALICE')).toBe(true);
    expect(await customers.has('BOB')).toBe(false);
    expect(get).toHaveBeenCalledTimes(1);
  });

  it('evicts the least recently used customer', async () => {
    for (let n = 0; n < 10_000; n++) await customers.has(`C${n}`);
    await customers.has('C0');
    await customers.has('NEW');
    get.mockClear();
    expect(await customers.has('C0')).toBe(true);
    expect(get).not.toHaveBeenCalled();
    await customers.has('C1');
    expect(get).toHaveBeenCalledTimes(1);
  });
});
