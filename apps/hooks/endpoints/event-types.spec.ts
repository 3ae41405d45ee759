import { describe, expect, it } from 'vitest';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { selectEvents } from './event-types.js';

describe('selectEvents', () => {
  it('reads types, services, pins and everything', () => {
    const selection = selectEvents(['order.approved', 'order.shipped@1', 'trip.*', 'hooks.endpoint.disabled']);
    expect(selection).toMatchObject({
      exactTypes: ['order.approved', 'order.shipped', 'hooks.endpoint.disabled'],
      services: ['trip'],
    });
    expect(selectEvents(['*'])).toMatchObject({ services: ['*'] });
  });

  it('leaves out events that are not in the log', () => {
    for (const all of ['*', 'hooks.*'])
      expect(Object.keys(selectEvents([all]).versionPins).filter((type) => type.startsWith('hooks.'))).toEqual([
        'hooks.endpoint.disabled',
        'hooks.endpoint.exhausted',
        'hooks.endpoint.recovered',
        'hooks.endpoint.warned',
      ]);
  });

  it('pins each type to the version that is named, else to the newest', () => {
    expect(selectEvents(['order.approved']).versionPins).toEqual({ 'order.approved': 2 });
    expect(selectEvents(['order.approved@1', 'hooks.endpoint.disabled']).versionPins).toEqual({
      'order.approved': 1,
      'hooks.endpoint.disabled': 1,
    });
    expect(selectEvents(['order.approved@1', 'order.*']).versionPins).toMatchObject({ 'order.approved': 1, 'order.paid': 1 });
  });

  it('keeps the pins of a subscription that is changed, unless it names another', () => {
    const before = { 'order.approved': 1, 'order.paid': 1 };
    const pins = (...types: string[]) => selectEvents(types, before).versionPins;
    expect(pins('order.approved', 'order.shipped')).toEqual({ 'order.approved': 1, 'order.shipped': 1 });
    expect(pins('order.*')).toMatchObject({ 'order.approved': 1 });
    expect(pins('order.approved@2')).toEqual({ 'order.approved': 2 });
  });

  it('keeps the pin of a selected type that this build does not know', () => {
    const before = { 'order.of-tomorrow': 3, 'trip.of-tomorrow': 1 };
    expect(selectEvents(['order.*'], before).versionPins).toMatchObject({ 'order.of-tomorrow': 3 });
    expect(selectEvents(['order.*'], before).versionPins).not.toHaveProperty('trip.of-tomorrow');
  });

  it('refuses one type in two versions', () => {
    expect(() => selectEvents(['order.approved@1', 'order.approved@2'])).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({ errors: [{ pointer: '/types/1', detail: expect.stringContaining('two versions') }] }),
      }),
    );
    expect(selectEvents(['order.approved@1', 'order.approved@1']).versionPins).toEqual({ 'order.approved': 1 });
  });

  it.each(['order.aproved', 'orders.*', 'order.approved@99', 'order', 'hooks.endpoint.tested', 'hooks.endpoint.verify'])(
    'refuses the unknown type %s and lists the known types',
    (type) => {
      const select = () => selectEvents(['order.approved', type]);
      expect(select).toThrow(ProblemException);
      expect(select).toThrow(
        expect.objectContaining({
          problem: expect.objectContaining({
            status: 422,
            code: 'UNKNOWN_EVENT_TYPE',
            detail: expect.stringMatching(/order\.\*.*order\.approved.*trip\.booked/),
            errors: [{ pointer: '/types/1', detail: expect.stringContaining(type) }],
          }),
        }),
      );
    },
  );
});
