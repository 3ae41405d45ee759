import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogueOf } from '../../../contracts/event-catalogue.js';
import type { VersionStep } from '../../../contracts/event/event-family.js';
import { deprecationHeaders } from './deprecation-headers.js';

const step = (type: string, from: string, sunset: string): VersionStep => ({
  type,
  from: 1,
  up: (older) => older,
  down: (newer) => newer,
  lossless: { up: true, down: true },
  deprecation: { status: 'deprecated', from, sunset, migration: 'Read v2.' },
});
const schema = z.object({});
const catalogue = catalogueOf([
  {
    schemas: { 'test.begun.v1': schema, 'test.begun.v2': schema, 'test.ended.v1': schema, 'test.ended.v2': schema },
    steps: [
      step('test.begun', '2026-02-01T00:00:00Z', '2026-08-01T00:00:00Z'),
      step('test.ended', '2026-01-01T00:00:00.900Z', '2026-09-01T12:30:00Z'),
    ],
  },
]);
const link = (type: string) => `<http://127.0.0.1:3000/v1/event-types/${type}>; rel="deprecation"; type="application/json"`;

describe('deprecationHeaders', () => {
  it('says since when and until when a version can be had, and where it says what to do', () => {
    expect(deprecationHeaders({ 'test.ended': 1 }, catalogue)).toEqual({
      Deprecation: '@1767225600',
      Sunset: 'Tue, 01 Sep 2026 12:30:00 GMT',
      Link: [link('test.ended')],
    });
  });

  it('says the earliest of several', () => {
    expect(deprecationHeaders({ 'test.begun': 1, 'test.ended': 1 }, catalogue)).toEqual({
      Deprecation: '@1767225600',
      Sunset: 'Sat, 01 Aug 2026 00:00:00 GMT',
      Link: [link('test.begun'), link('test.ended')],
    });
  });

  it.each([{}, { 'test.begun': 2 }, { 'test.unheard-of': 1 }, { 'test.begun': 9 }])('says nothing of %j', (versions) => {
    expect(deprecationHeaders(versions, catalogue)).toEqual({});
  });
});
