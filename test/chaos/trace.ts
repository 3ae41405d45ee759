import type { Saga } from '../../contracts/saga/saga.resource.js';
import type { ChaosSystem } from './chaos-system.js';
import type { Client } from './client.js';
import type { Diary } from './diary.js';
import type { Violation } from './invariants.js';

/** So many violations are shown with their whole story. */
const STORIES = 5;

/** The ids of orders and trips that violating rows are about, each once. */
export function concerned(found: readonly Violation[]): string[] {
  const text = JSON.stringify(found.map(({ rows }) => rows));
  return [...new Set(text.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? [])];
}

/** The lives that have sent something about these ids. */
export function livesOf(diary: Pick<Diary, 'sent'>, ids: readonly string[]): string[] {
  return [
    ...new Set(diary.sent.flatMap(({ life, resourceId }) => (resourceId !== null && ids.includes(resourceId) ? [life] : []))),
  ];
}

/** Everything that is known of what violations are about: requests, deeds, steps, events, in the order in which they happened. */
export async function traceOf(system: ChaosSystem, client: Client, diary: Diary, found: readonly Violation[]): Promise<string[]> {
  const lines: string[] = [];
  for (const id of concerned(found).slice(0, STORIES)) {
    const { rows: sagas } = await system.database.query<{ saga_id: string }>(
      'select saga_id from chaos.saga where business_id = $1',
      [id],
    );
    if (sagas.length === 0) continue;
    const story: { at: string; text: string }[] = [];
    const note = (at: Date | string | null, text: string) =>
      story.push({ at: at === null ? '' : new Date(at).toISOString(), text });
    for (const { life, route, sending, status, code, sagaId, resourceId, at, ms } of diary.sent)
      if (resourceId === id)
        note(at, `client ${life} ${route} (${sending}): ${status ?? 'no answer'} ${code ?? sagaId ?? ''} after ${ms} ms`);
    for (const { sagaId, kind, outcome, at } of diary.deeds)
      if (sagas.some((saga) => saga.saga_id === sagaId)) note(at, `operator ${kind} ${sagaId}: ${outcome}`);
    for (const { saga_id: sagaId } of sagas) {
      const { status, body } = await client.once('GET', `/v1/sagas/${sagaId}`);
      if (status !== 200) continue;
      const { state, steps } = body as unknown as Saga;
      for (const step of steps) {
        const outcome = `${step.state}${step.error ? ` ${step.error.code}` : ''}, ${step.attempts} attempts`;
        note(step.startedAt, `${sagaId} step ${step.name}: ${outcome}, until ${step.endedAt}`);
      }
      note(null, `${sagaId} is ${state}`);
    }
    const { rows: events } = await system.database.query<{ occurred_at: Date; text: string }>(
      `select occurred_at, service || ' says ' || type || ' ' || aggregate_version || ' by ' || coalesce(causation_id, '-') as text
       from events.log where aggregate_id = $1 or correlation_id in (select saga_id from chaos.saga where business_id = $1) order by position`,
      [id],
    );
    for (const { occurred_at: at, text } of events) note(at, text);
    lines.push(
      `${id}:`,
      ...story.sort((one, other) => (one.at < other.at ? -1 : 1)).map(({ at, text }) => `  ${at.slice(11)} ${text}`),
    );
  }
  return lines;
}
