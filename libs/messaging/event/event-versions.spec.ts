import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogueOf, eventCatalogue } from '../../../contracts/event-catalogue.js';
import { ProblemException } from '../../service-kit/problem.exception.js';
import { formatVersionPins, parseVersionPins, pinnedVersion, pinsOfToday } from './event-versions.js';

function problemOf(work: () => unknown): ProblemException['problem'] {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemException) return error.problem;
    throw error;
  }
  throw new Error('was not refused');
}

const sunset = catalogueOf([
  {
    schemas: { 'test.ended.v1': z.object({}), 'test.ended.v2': z.object({}) },
    steps: [
      {
        type: 'test.ended',
        from: 1,
        up: (older) => older,
        down: (newer) => newer,
        lossless: { up: true, down: true },
        deprecation: { status: 'sunset', from: '2026-01-01T00:00:00Z', sunset: '2026-07-01T00:00:00Z', migration: 'Read v2.' },
      },
    ],
  },
]);

describe('a wish for versions', () => {
  it('is read type by type, and written the same', () => {
    const pins = parseVersionPins('order.approved@1,trip.booked@1');
    expect(pins).toEqual({ 'order.approved': 1, 'trip.booked': 1 });
    expect(parseVersionPins(formatVersionPins(pins))).toEqual(pins);
    expect(pinnedVersion('order.approved', pins)).toBe(1);
    expect(pinnedVersion('order.placed', pins)).toBeUndefined();
    expect(pinnedVersion('constructor', pins)).toBeUndefined();
  });

  it('may say a thing twice', () => {
    expect(parseVersionPins('order.approved@1,order.approved@1')).toEqual({ 'order.approved': 1 });
  });

  it.each([
    ['', 'VALIDATION_FAILED', '<type>@<version>'],
    ['order.approved', 'VALIDATION_FAILED', '<type>@<version>'],
    ['order.approved@', 'VALIDATION_FAILED', '<type>@<version>'],
    ['order.approved@0', 'VALIDATION_FAILED', '<type>@<version>'],
    ['order.approved@1.5', 'VALIDATION_FAILED', '<type>@<version>'],
    ['order.*@1', 'VALIDATION_FAILED', '<type>@<version>'],
    ['order.approved@1,', 'VALIDATION_FAILED', '<type>@<version>'],
    ['order.approved@1,order.approved@2', 'VALIDATION_FAILED', 'in two versions'],
    ['__proto__@1', 'VALIDATION_FAILED', '<type>@<version>'],
    ['constructor@1', 'UNKNOWN_EVENT_TYPE', 'constructor'],
    ['order.aproved@1', 'UNKNOWN_EVENT_TYPE', 'order.aproved'],
    ['order.approved@3', 'UNKNOWN_EVENT_VERSION', 'order.approved@1, order.approved@2'],
  ])('%j is refused with %s', (text, code, detail) => {
    const problem = problemOf(() => parseVersionPins(text));
    expect(problem).toMatchObject({ status: 422, code, errors: [{ pointer: '/versions' }] });
    expect(problem.detail).toContain(detail);
  });

  it('for a version after its sunset is refused with the remedy', () => {
    const problem = problemOf(() => parseVersionPins('test.ended@1', '/versions', sunset));
    expect(problem).toMatchObject({ status: 422, code: 'EVENT_VERSION_SUNSET' });
    expect(problem.detail).toContain('2026-07-01T00:00:00Z; it can be had as test.ended@2. Read v2.');
  });
});

describe('the pins of a new subscription', () => {
  it('are the newest versions of what it takes in', () => {
    expect(pinsOfToday(['order.approved', 'trip.booked'])).toEqual({ 'order.approved': 2, 'trip.booked': 1 });
    const ofOrders = [...eventCatalogue.keys()].filter((type) => type.startsWith('order.'));
    expect(Object.keys(pinsOfToday(['order.*', 'order.approved'])).sort()).toEqual(ofOrders);
  });

  it.each(['order.aproved', 'boat.*', '*', ''])('%j is refused', (selected) => {
    expect(problemOf(() => pinsOfToday([selected]))).toMatchObject({
      code: 'UNKNOWN_EVENT_TYPE',
      errors: [{ pointer: '/types' }],
    });
  });
});
