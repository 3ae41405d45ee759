import type { History } from '@temporalio/common/lib/proto-utils.js';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/** A payload in a history's JSON form: both fields are base64. */
interface Payload {
  metadata?: { encoding?: string };
  data?: string;
}

/** One event in a history's JSON form; its attributes are in the one field whose name ends with `EventAttributes`. */
export interface HistoryEvent {
  eventId: string;
  eventType: string;
  userMetadata?: { summary?: Payload };
  [attributes: string]: unknown;
}

/** The recorded events of one run. */
export interface NamedHistory {
  /** How reports name the run: a file of the corpus, or a workflow id. */
  name: string;
  workflowId: string;
  /** The workflow type. */
  workflow: string;
  events: readonly HistoryEvent[];
}

interface Started {
  workflowType: { name: string };
  workflowId?: string;
  input?: { payloads?: Payload[] };
}

/**
 * Reads a history in its JSON form, as `temporal workflow show --output json` and `npm run history:record` write it.
 * @throws Error when it has no events, or does not begin with the start of a workflow.
 */
export function historyOf(name: string, json: unknown, workflowId?: string): NamedHistory {
  const events = (json as { events?: HistoryEvent[] } | null)?.events;
  const started = events?.[0]?.['workflowExecutionStartedEventAttributes'] as Started | undefined;
  if (!events || !started) throw new Error(`${name} is not a history: its first event is not the start of a workflow.`);
  const id = workflowId ?? started.workflowId;
  // Step keys contain the id, so another id would show as a difference in every step.
  if (!id)
    throw new Error(`The history ${name} does not contain its workflow id. Record it from a server of version 1.24 or later.`);
  return { name, workflowId: id, workflow: started.workflowType.name, events };
}

/** A history that came from a server. */
export const fetchedHistory = (workflowId: string, history: History): NamedHistory =>
  historyOf(workflowId, JSON.parse(historyToJSON(history)) as unknown, workflowId);

/** The attributes of an event. */
export function attributesOf(event: HistoryEvent): Record<string, unknown> {
  const field = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
  return (field === undefined ? {} : event[field]) as Record<string, unknown>;
}

/** Whether a workflow task has completed. A run without one has decided nothing yet, so any build may begin it. */
export const hasBegun = ({ events }: NamedHistory): boolean =>
  events.some((event) => eventTypeOf(event) === 'WORKFLOW_TASK_COMPLETED');

/** The type of an event without its prefix: `TIMER_STARTED`. */
export const eventTypeOf = ({ eventType }: HistoryEvent): string => eventType.replace('EVENT_TYPE_', '');

/** The summary of the command that an event records: for us the name of the step. */
export const summaryOf = ({ userMetadata }: HistoryEvent): string | undefined =>
  userMetadata?.summary && (decodePayload(userMetadata.summary) as string);

/** The name of the update that an event accepts; empty if the event does not have it. */
export const updateNameOf = (event: HistoryEvent): string =>
  (attributesOf(event) as { acceptedRequest?: { input?: { name?: string } } }).acceptedRequest?.input?.name ?? '';

/** What the run was started with. */
export const inputOf = ({ events }: NamedHistory): unknown[] =>
  ((events[0]!['workflowExecutionStartedEventAttributes'] as Started).input?.payloads ?? []).map(decodePayload);

/** The value in a payload; for one that is encrypted or binary, a text that names its encoding. */
export function decodePayload({ metadata, data }: Payload): unknown {
  const encoding = fromBase64(metadata?.encoding);
  if (encoding === 'binary/null') return null;
  const text = fromBase64(data);
  return encoding === 'json/plain' ? (JSON.parse(text) as unknown) : `<${encoding}> ${data ?? ''}`;
}

export const isPayload = (value: object): value is Payload => 'metadata' in value && 'data' in value;

const fromBase64 = (text = ''): string => Buffer.from(text, 'base64').toString('utf8');

/** A local activity in its marker, or undefined for another event. */
export function localActivityOf(event: HistoryEvent): { seq: number; name: string } | undefined {
  const { markerName, details } = attributesOf(event) as { markerName?: string; details?: { data?: { payloads: Payload[] } } };
  if (markerName !== 'core_local_activity') return undefined;
  const { seq, activity_type } = decodePayload(details!.data!.payloads[0]!) as { seq: number; activity_type: string };
  return { seq, name: activity_type };
}
