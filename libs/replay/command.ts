import proto from '@temporalio/proto';
import { decodePayload, isPayload, type NamedHistory, updateNameOf } from './history.js';

const kinds = {
  scheduleActivity: 'activity',
  scheduleLocalActivity: 'local activity',
  startTimer: 'timer',
  startChildWorkflowExecution: 'child',
  signalExternalWorkflowExecution: 'signal',
  continueAsNewWorkflowExecution: 'continue as new',
  updateResponse: 'update',
  completeWorkflowExecution: 'result',
  failWorkflowExecution: 'failure',
  cancelWorkflowExecution: 'cancellation',
  upsertWorkflowSearchAttributes: 'search attributes',
  modifyWorkflowProperties: 'memo',
  setPatchMarker: 'patch',
  requestCancelActivity: 'cancel activity',
  requestCancelLocalActivity: 'cancel local activity',
  cancelTimer: 'cancel timer',
  cancelChildWorkflowExecution: 'cancel child',
  requestCancelExternalWorkflowExecution: 'cancel external',
  cancelSignalWorkflow: 'cancel signal',
  scheduleNexusOperation: 'nexus operation',
  requestCancelNexusOperation: 'cancel nexus operation',
} as const;
export type CommandKind = (typeof kinds)[keyof typeof kinds];

/** One command of a workflow, with everything that it says. */
export interface Command {
  kind: CommandKind;
  /** The activity, workflow, signal, update or patch that the command is about. */
  name: string;
  /** How reports name it: the step's name (its summary), else the name above, else the kind. */
  step: string;
  /** The number of an activity, timer or child within its run. */
  seq?: number | undefined;
  /** `args`, `options`, `result` and the like, decoded. Durations are `{ ms }`. */
  values: Record<string, unknown>;
}

/** What no build decides, or what differs between two replays of one build: numbers within a run, traces of stacks, headers. */
const ignored = new Set([
  'seq',
  'headers',
  'originalScheduleTime',
  'attempt',
  'stackTrace',
  'source',
  'namespace',
  'protocolInstanceId',
]);
const parts: Record<string, string> = { arguments: 'args', input: 'args', args: 'args', startToFireTimeout: 'duration' };
const ownParts = new Set(['result', 'failure', 'accepted', 'rejected', 'completed', 'searchAttributes', 'memo', 'upsertedMemo']);
const targets = new Set(['activityType', 'workflowType', 'signalName', 'patchId']);

/**
 * Reads the commands of one activation, as the SDK made them, in order. Answers to queries are left out. `earlier` are the commands of the
 * run so far: a cancellation is named after what it cancels.
 */
export function readCommands(made: readonly unknown[], earlier: readonly Command[], history: NamedHistory): Command[] {
  const commands: Command[] = [];
  for (const each of made) {
    const { userMetadata, ...rest } = proto.coresdk.workflow_commands.WorkflowCommand.toObject(each as never, {
      enums: String,
      longs: Number,
      bytes: String,
    }) as Record<string, Record<string, unknown>>;
    const variant = Object.keys(rest).find((key): key is keyof typeof kinds => key in kinds);
    if (!variant) continue;
    commands.push(readCommand(kinds[variant], rest[variant]!, userMetadata, [...earlier, ...commands], history));
  }
  return commands;
}

function readCommand(
  kind: CommandKind,
  body: Record<string, unknown>,
  userMetadata: Record<string, unknown> | undefined,
  earlier: readonly Command[],
  history: NamedHistory,
): Command {
  const seq = (body['seq'] ?? body['childWorkflowSeq']) as number | undefined;
  const cancelled = kind.startsWith('cancel ')
    ? earlier.findLast((one) => one.seq === seq && kind.endsWith(family(one.kind)))
    : undefined;
  const target = Object.keys(body).find((key) => targets.has(key));
  const name =
    cancelled?.name ??
    (kind === 'update' ? updateName(history, body['protocolInstanceId']) : ((body[target ?? ''] as string | undefined) ?? ''));
  const { summary, ...metadata } = (simplify(userMetadata ?? {}) ?? {}) as Record<string, unknown>;
  const values: Record<string, unknown> = {};
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(body)) {
    if (ignored.has(key) || targets.has(key) || key === 'childWorkflowSeq') continue;
    if (key === 'activityId' && value === String(seq)) continue;
    // A replay has a task queue of its own, and it is what a command without one gets.
    if (key === 'taskQueue' && String(value).startsWith('paired-replay')) continue;
    const part = parts[key];
    if (part) values[part] = simplify(value);
    else if (ownParts.has(key)) values[key] = simplify(value);
    else options[key] = simplify(value);
  }
  if (summary !== undefined) options['summary'] = summary;
  Object.assign(options, metadata);
  if (Object.keys(options).length > 0) values['options'] = options;
  return { kind, name, step: stepOf(kind, name, cancelled?.step ?? summary), seq, values };
}

/** A child's summary names its object, and not the step. */
const stepOf = (kind: CommandKind, name: string, summary: unknown): string =>
  (kind !== 'child' && typeof summary === 'string' && summary) || name || kind;

/** What a command that cancels calls the kind of what it cancels. */
const family = (kind: CommandKind): string => (kind === 'local activity' ? 'activity' : kind);

/** The name of an update that the history accepted under this id. */
function updateName({ events }: NamedHistory, protocolInstanceId: unknown): string {
  const accepted = events.find((event) => {
    const attributes = event['workflowExecutionUpdateAcceptedEventAttributes'] as { protocolInstanceId?: string } | undefined;
    return attributes && attributes.protocolInstanceId === protocolInstanceId;
  });
  return accepted ? updateNameOf(accepted) : '';
}

function simplify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplify);
  if (typeof value !== 'object' || value === null) return value;
  if (isPayload(value)) return decodePayload(value);
  const { seconds, nanos } = value as { seconds?: unknown; nanos?: unknown };
  if (typeof seconds === 'number' && Object.keys(value).length <= 2)
    return { ms: seconds * 1_000 + (typeof nanos === 'number' ? nanos : 0) / 1_000_000 };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !ignored.has(key))
      .map(([key, child]) => [key, simplify(child)]),
  );
}
