import type { TracedCall } from '../../contracts/replay/paired-replay.js';
import type { Command, CommandKind } from './command.js';
import { attributesOf, eventTypeOf, type HistoryEvent, localActivityOf, type NamedHistory, summaryOf } from './history.js';
import type { ReplayedRun } from './listen.js';

/** The first event that a build does not replay, in words that a person can act on. */
export interface Divergence {
  /** The id and the type of the event. */
  event: string;
  /** The command that the history has. */
  expected: string;
  /** The command that the build makes instead. */
  found: string;
  /** `workflows/…/x.workflow.ts:20`: where the build made it, or the last call before. */
  at: string | undefined;
  /** The message of the SDK, or of what the workflow threw. */
  because: string;
}

/** A command as a history or a build has it, to be matched with the other side. */
interface Made {
  family: 'step' | 'timer' | 'child' | 'signal' | 'search attributes' | 'end';
  kind: string;
  name: string;
  step: string;
  /** The id of a child; the number of a step. */
  id: string;
}

/** Finds the first divergence of a run whose replay has failed. Pure. @throws Error when the replay has not failed. */
export function divergenceOf(history: NamedHistory, run: ReplayedRun): Divergence {
  if (!run.error) throw new Error(`${run.name} replays: it has no divergence.`);
  const because = messageIn(run.error.message);
  const made = run.commands.flatMap(ofCommand);
  const rest = [...made];
  const recorded = history.events.flatMap((event) => ofEvent(event).map((command) => ({ event, command })));
  const missing = recorded.find(({ command }) => {
    const index = rest.findIndex((one) => sameCommand(command, one));
    if (index !== -1) rest.splice(index, 1);
    return index === -1;
  });
  const thrown = /TMPRL1100|nondeterminism/i.test(run.error.message) ? undefined : because;
  const number = missing?.command.family === 'step' ? missing.command.id : undefined;
  const instead = rest.find(({ family, id }) => family === 'step' && number === id) ?? rest[0];
  return {
    event: missing ? `${missing.event.eventId} ${eventTypeOf(missing.event)}` : 'none: the build goes on where the history ends',
    expected: missing ? inWords(missing.command) : 'no further command',
    found: thrown ? `the workflow throws: ${thrown}` : instead ? inWords(instead) : 'no further command',
    at: thrown ? placeIn(run.error.message) : placeOfCall(run.calls, made, instead),
    because,
  };
}

const inWords = ({ kind, name, step, id, family }: Made): string =>
  [kind, name, step && step !== name && step !== kind ? `(${step})` : '', family === 'child' ? `as ${id}` : '']
    .filter(Boolean)
    .join(' ');

const sameCommand = (one: Made, other: Made): boolean =>
  one.family === other.family && one.kind === other.kind && one.name === other.name && one.id === other.id;

/** Commands that are matched with events. Every other command has no event of its own, or follows from one of these. */
const families: Partial<Record<CommandKind, Made['family']>> = {
  activity: 'step',
  'local activity': 'step',
  timer: 'timer',
  child: 'child',
  signal: 'signal',
  'search attributes': 'search attributes',
  result: 'end',
  failure: 'end',
  cancellation: 'end',
  'continue as new': 'end',
};

function ofCommand({ kind, name, step, seq, values }: Command): Made[] {
  const family = families[kind];
  if (!family) return [];
  const child = (values['options'] as { workflowId?: string } | undefined)?.workflowId;
  const ids: Partial<Record<Made['family'], string>> = { step: String(seq), timer: String(seq), child: child ?? '' };
  return [{ family, kind, name, step, id: ids[family] ?? '' }];
}

const ends: Record<string, string> = {
  WORKFLOW_EXECUTION_COMPLETED: 'result',
  WORKFLOW_EXECUTION_FAILED: 'failure',
  WORKFLOW_EXECUTION_CANCELED: 'cancellation',
  WORKFLOW_EXECUTION_CONTINUED_AS_NEW: 'continue as new',
};

function ofEvent(event: HistoryEvent): Made[] {
  const attributes = attributesOf(event) as {
    activityType?: { name: string };
    activityId?: string;
    timerId?: string;
    workflowType?: { name: string };
    workflowId?: string;
    signalName?: string;
  };
  const step = summaryOf(event) ?? '';
  const type = eventTypeOf(event);
  switch (type) {
    case 'MARKER_RECORDED': {
      const local = localActivityOf(event);
      return local ? [{ family: 'step', kind: 'local activity', name: local.name, step, id: String(local.seq) }] : [];
    }
    case 'ACTIVITY_TASK_SCHEDULED':
      return [{ family: 'step', kind: 'activity', name: attributes.activityType!.name, step, id: attributes.activityId! }];
    case 'TIMER_STARTED':
      return [{ family: 'timer', kind: 'timer', name: '', step, id: attributes.timerId! }];
    case 'START_CHILD_WORKFLOW_EXECUTION_INITIATED':
      // A child's summary names its object, and not the step.
      return [{ family: 'child', kind: 'child', name: attributes.workflowType!.name, step: '', id: attributes.workflowId! }];
    case 'SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED':
      return [{ family: 'signal', kind: 'signal', name: attributes.signalName!, step, id: '' }];
    case 'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES':
      return [{ family: 'search attributes', kind: 'search attributes', name: '', step, id: '' }];
    default: {
      const kind = ends[type];
      const name = kind === 'continue as new' ? attributes.workflowType!.name : '';
      return kind ? [{ family: 'end', kind, name, step, id: '' }] : [];
    }
  }
}

/** The SDK wraps the message into the printed form of a structure of its core. */
const messageIn = (message: string): string =>
  (/message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message).replaceAll(String.raw`\"`, '"');

/** The call that made the command, or else the last call before. */
function placeOfCall(calls: readonly TracedCall[], made: readonly Made[], instead: Made | undefined): string | undefined {
  const alike = <One extends { kind: string; name: string }>(all: readonly One[]) =>
    all.filter(({ kind, name }) => kind === instead?.kind && name === instead.name);
  const call = instead ? alike(calls)[alike(made).indexOf(instead)] : undefined;
  const nearest = call ?? calls.at(-1);
  return nearest && placeIn(nearest.stack);
}

/** The first line of a workflow's own file in a stack, else the first line of the saga kit. */
function placeIn(stack: string): string | undefined {
  const lines = [...stack.matchAll(/(?:^|[\s(/])(workflows\/[\w./-]+\.ts):(\d+)/g)].map(([, file, line]) => ({
    file: file!,
    line: line!,
  }));
  const own = lines.filter(({ file }) => !file.startsWith('workflows/paired-replay/'));
  const first = own.find(({ file }) => !file.startsWith('workflows/saga/')) ?? own[0];
  return first && `${first.file}:${first.line}`;
}
