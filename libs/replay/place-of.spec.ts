import { describe, expect, it } from 'vitest';
import { type HistoryEvent, historyOf } from './history.js';
import { buildOf, placeOf } from './place-of.js';

const payload = (value: unknown) => ({
  metadata: { encoding: Buffer.from('json/plain').toString('base64') },
  data: Buffer.from(JSON.stringify(value)).toString('base64'),
});
const fieldOf = (type: string) =>
  `${type.toLowerCase().replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase())}EventAttributes`;
const event = (eventId: number, type: string, attributes: object = {}): HistoryEvent => ({
  eventId: String(eventId),
  eventType: `EVENT_TYPE_${type}`,
  [fieldOf(type)]: attributes,
});
const started = event(1, 'WORKFLOW_EXECUTION_STARTED', { workflowType: { name: 'bookTrip' }, workflowId: 'book-trip:1' });
const scheduled = (id: number, name: string) => event(id, 'ACTIVITY_TASK_SCHEDULED', { activityType: { name } });
const marker = (id: number, name: string) =>
  event(id, 'MARKER_RECORDED', {
    markerName: 'core_local_activity',
    details: { data: { payloads: [payload({ seq: id, activity_type: name })] } },
  });
const place = (...events: HistoryEvent[]) => placeOf(historyOf('one', { events: [started, ...events] }));

describe('placeOf', () => {
  it('names the steps behind a run and what it waits for', () => {
    expect(place()).toBe('bookTrip: begun; open');
    expect(place(marker(2, 'createTrip'), scheduled(3, 'reserveRoom'))).toBe(
      'bookTrip: createTrip reserveRoom; waits for reserveRoom',
    );
    expect(place(marker(2, 'createTrip'), event(3, 'TIMER_STARTED'))).toBe('bookTrip: createTrip; waits for timer');
  });

  it('no longer waits for what has ended', () => {
    const done = event(4, 'ACTIVITY_TASK_COMPLETED', { scheduledEventId: '3' });
    expect(place(scheduled(3, 'reserveRoom'), done)).toBe('bookTrip: reserveRoom; open');
    expect(place(event(3, 'TIMER_STARTED'), event(4, 'TIMER_FIRED', { startedEventId: '3' }))).toBe('bookTrip: begun; open');
  });

  it('is the same however often a step was tried', () => {
    const twice = place(scheduled(2, 'a'), event(3, 'ACTIVITY_TASK_FAILED', { scheduledEventId: '2' }), scheduled(4, 'a'));
    expect(twice).toBe(place(scheduled(2, 'a')));
  });

  it('is the same in whatever order parallel steps end', () => {
    expect(place(marker(4, 'c'), marker(2, 'a'), marker(3, 'b'))).toBe('bookTrip: a b c; open');
  });

  it('says how a run has ended', () => {
    expect(place(marker(2, 'a'), event(3, 'WORKFLOW_EXECUTION_CONTINUED_AS_NEW'))).toBe('bookTrip: a; continued as new');
  });
});

describe('buildOf', () => {
  const build = (...events: HistoryEvent[]) => buildOf(historyOf('one', { events: [started, ...events] }));
  it('is the build of the last workflow task that has completed', () => {
    const first = event(4, 'WORKFLOW_TASK_COMPLETED', { workerVersion: { buildId: 'one' } });
    const last = event(9, 'WORKFLOW_TASK_COMPLETED', { deploymentVersion: { buildId: 'two' } });
    expect(build(first, last, marker(10, 'a'))).toBe('two');
    expect(build()).toBeUndefined();
  });
});
