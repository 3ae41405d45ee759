import type { Command } from './command.js';
import type { ReplayedRun } from './listen.js';

/** A duration in milliseconds. */
export interface Duration {
  ms: number;
}
/** One value of a command; undefined if the command does not have it. */
export type Value = string | number | boolean | null | Duration | undefined;

/** One value that the two builds ask for differently. */
export interface Difference {
  workflow: string;
  step: string;
  /** Where in the command: `args.0.amount`, `options.startToCloseTimeout`. `command` if only one build makes the command at all. */
  path: string;
  old: Value;
  new: Value;
}

/** What two builds make of one history. */
export type Verdict =
  | { kind: 'same' }
  | { kind: 'differs'; differences: readonly Difference[] }
  | { kind: 'breaks'; error: Error }
  | { kind: 'unchecked'; because: string };

/** Compares what two builds ask for in the same history. Pure. Values of the run itself are written as what they are: `{input.orderId}`. */
export function compare(before: ReplayedRun, after: ReplayedRun): Verdict {
  if (before.error) return { kind: 'unchecked', because: `the old build itself cannot replay it: ${firstLine(before.error)}` };
  if (before.commands.length === 0)
    return { kind: 'unchecked', because: 'the old build reports nothing: its bundle has no recorder' };
  if (after.error) return { kind: 'breaks', error: after.error };
  if (after.commands.length === 0)
    return { kind: 'unchecked', because: 'the new build reports nothing: its bundle has no recorder' };
  const named = namesOf(before);
  const differences = align(before.commands, after.commands).flatMap(([old, now]) =>
    differencesOf(old, now).map(({ path, ...values }) => ({
      workflow: before.workflow,
      step: (old ?? now)!.step,
      path,
      old: named(values.old),
      new: named(values.new),
    })),
  );
  return differences.length === 0 ? { kind: 'same' } : { kind: 'differs', differences };
}

const firstLine = ({ message }: Error): string => message.split('\n')[0]!;

type Pair = readonly [old: Command | undefined, now: Command | undefined];

/** Pairs commands of the same kind and name in their order: the longest common subsequence. */
function align(before: readonly Command[], after: readonly Command[]): Pair[] {
  const alike = (old: Command, now: Command) => old.kind === now.kind && old.name === now.name;
  if (before.length === after.length && before.every((old, index) => alike(old, after[index]!)))
    return before.map((old, index) => [old, after[index]]);
  const lengths = Array.from({ length: before.length + 1 }, () => Array.from({ length: after.length + 1 }, () => 0));
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i]![j] = alike(before[i]!, after[j]!)
        ? lengths[i + 1]![j + 1]! + 1
        : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  const pairs: Pair[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && alike(before[i]!, after[j]!)) pairs.push([before[i++], after[j++]]);
    else if (j >= after.length || (i < before.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!))
      pairs.push([before[i++], undefined]);
    else pairs.push([undefined, after[j++]]);
  }
  return pairs;
}

interface Change {
  path: string;
  old: Value;
  new: Value;
}

function differencesOf(old: Command | undefined, now: Command | undefined): Change[] {
  if (!old || !now) return [{ path: 'command', old: old && describe(old), new: now && describe(now) }];
  const before = leavesOf(old.values);
  const after = leavesOf(now.values);
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].flatMap((path) => {
    const values = { old: before.get(path), new: after.get(path) };
    return equal(values.old, values.new) ? [] : [{ path, ...values }];
  });
}

const describe = ({ kind, name }: Command): string => (name ? `${kind} ${name}` : kind);

export const isDuration = (value: unknown): value is Duration =>
  typeof value === 'object' && value !== null && 'ms' in value && Object.keys(value).length === 1;

export const equal = (one: Value, other: Value): boolean =>
  one === other || (isDuration(one) && isDuration(other) && one.ms === other.ms);

/** Every value in a structure by its path. An empty object or list is a value too. */
function leavesOf(value: unknown, path = '', leaves = new Map<string, Value>()): Map<string, Value> {
  if (typeof value !== 'object' || value === null || isDuration(value)) {
    if (value !== undefined) leaves.set(path, value as Value);
    return leaves;
  }
  const children = Object.entries(value);
  if (children.length === 0 && path) leaves.set(path, Array.isArray(value) ? '[]' : '{}');
  for (const [key, child] of children) leavesOf(child, path ? `${path}.${key}` : key, leaves);
  return leaves;
}

/**
 * Writes a value of the run as what it is: texts of the input by their path, and the workflow id within texts. So one change is one
 * difference in all runs, and a report shows what was swapped without showing whose.
 */
function namesOf({ workflowId, input }: ReplayedRun): (value: Value) => Value {
  const names = new Map<string, string>();
  for (const [path, value] of leavesOf(input))
    if (typeof value === 'string' && value.length > 3) names.set(value, `{input.${path.replace(/^0\./, '')}}`);
  return (value) => {
    if (typeof value !== 'string') return value;
    return names.get(value) ?? value.replaceAll(workflowId, '{workflow id}');
  };
}
