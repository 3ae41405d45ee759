/** How a run of a saga ends, as docs/adr/0007-how-a-saga-ends.md has it: whatever the steps are, these are all the ways. */
export const sagaEndings = [
  'completed',
  'completed with the help of an operator',
  'incomplete, as an operator skipped a retriable step',
  'refused',
  'out of time',
  'aborted',
  'cancelled in Temporal',
  'compensated with the help of an operator',
  'incomplete, as an operator skipped a compensation',
  'answered as no contract says',
] as const;
export type SagaEnding = (typeof sagaEndings)[number];

interface Payload {
  data: string;
}
interface HistoryEvent {
  workflowExecutionStartedEventAttributes?: { workflowType: { name: string } };
  upsertWorkflowSearchAttributesEventAttributes?: { searchAttributes: { indexedFields: Record<string, Payload> } };
  workflowExecutionCompletedEventAttributes?: { result: { payloads: [Payload] } };
  workflowExecutionFailedEventAttributes?: { failure: { applicationFailureInfo?: { type?: string } } };
  workflowExecutionCanceledEventAttributes?: object;
}
interface Outcome {
  state: string;
  reason?: { code: string };
  rejection?: { code: string };
  failure?: { code: string };
}

const eventsOf = (history: unknown): HistoryEvent[] => (history as { events: HistoryEvent[] }).events;
const decoded = <Value>({ data }: Payload): Value => JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as Value;

export const workflowTypeOf = (history: unknown): string =>
  eventsOf(history)[0]!.workflowExecutionStartedEventAttributes!.workflowType.name;

/** The result of a completed workflow; undefined if it ended otherwise. */
export function outcomeOf(history: unknown): Outcome | undefined {
  const completed = eventsOf(history).at(-1)!.workflowExecutionCompletedEventAttributes;
  return completed && decoded<Outcome>(completed.result.payloads[0]);
}

/** How the saga of a history ended: what it says itself, not what the file is called. */
export function sagaEndingOf(history: unknown): SagaEnding {
  const events = eventsOf(history);
  const last = events.at(-1)!;
  const states = events.flatMap(({ upsertWorkflowSearchAttributesEventAttributes: upserted }) => {
    const state = upserted?.searchAttributes.indexedFields['SagaState'];
    return state ? [decoded<string>(state)] : [];
  });
  if (last.workflowExecutionCanceledEventAttributes) return 'cancelled in Temporal';
  switch (last.workflowExecutionFailedEventAttributes?.failure.applicationFailureInfo?.type) {
    case undefined:
      break;
    case 'RetriableStepSkipped':
      return 'incomplete, as an operator skipped a retriable step';
    case 'CompensationIncomplete':
      return 'incomplete, as an operator skipped a compensation';
    default:
      return 'answered as no contract says';
  }
  const helped = states.includes('NEEDS_ATTENTION');
  if (states.at(-1) === 'COMPLETED') return helped ? 'completed with the help of an operator' : 'completed';
  if (helped) return 'compensated with the help of an operator';
  const { reason, rejection, failure } = outcomeOf(history)!;
  const code = (reason ?? rejection ?? failure)?.code;
  if (code === 'ABORTED') return 'aborted';
  return code === 'PARTICIPANT_UNAVAILABLE' || code === 'IN_DOUBT' ? 'out of time' : 'refused';
}
