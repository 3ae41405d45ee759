import { register } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { LookupGauges } from './lookup-gauges.js';

interface Stock {
  rooms: Record<string, number>;
  oldest: number;
}

function observed(look: () => Promise<Stock>): () => Promise<string> {
  new LookupGauges(look)
    .add('stock_rooms', 'Rooms', ['hotel'], ({ rooms }) => Object.entries(rooms).map(([hotel, free]) => [{ hotel }, free]))
    .add('stock_oldest_seconds', 'Oldest', [], ({ oldest }) => [[{}, oldest]]);
  return async () =>
    (await register.metrics())
      .split('\n')
      .filter((line) => line.startsWith('stock_'))
      .join('\n');
}

describe('gauges that are looked up', () => {
  it('are filled from one look a scrape, with what it has and nothing of the one before', async () => {
    const looks: Stock[] = [
      { rooms: { alpha: 1, beta: 2 }, oldest: 5 },
      { rooms: { beta: 3 }, oldest: 0 },
    ];
    const scrape = observed(async () => looks.shift()!);
    expect(await scrape()).toBe('stock_rooms{hotel="alpha"} 1\nstock_rooms{hotel="beta"} 2\nstock_oldest_seconds 5');
    expect(await scrape()).toBe('stock_rooms{hotel="beta"} 3\nstock_oldest_seconds 0');
  });

  it('keep what they had while the look fails, and leave the other metrics alone', async () => {
    let away = false;
    const scrape = observed(async () => {
      if (away) throw new Error('the database is away');
      return { rooms: { alpha: 1 }, oldest: 5 };
    });
    const before = await scrape();
    away = true;
    expect(await scrape()).toBe(before);
  });
});
