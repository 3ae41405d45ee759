import { Worker } from '@temporalio/worker';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCorpus } from '../../libs/releases/corpus.js';
import type { CommandKind } from '../../libs/replay/command.js';
import { eventTypeOf, localActivityOf, type NamedHistory } from '../../libs/replay/history.js';
import { judge } from '../../libs/replay/judge.js';
import { type Bundle, listen, type ReplayedRun } from '../../libs/replay/listen.js';
import { bundleFrom, bundleWorkflows } from '../support/bundle-workflows.js';
import { quietReplay } from '../support/quiet-replay.js';
import { assertFindsBreak, assertFindsDifference } from '../upgrades/assert-found.js';
import { breakingChanges } from '../upgrades/breaking-changes.js';
import { plantInBundle } from '../upgrades/plant.js';
import { silentChanges } from '../upgrades/silent-changes.js';

const corpus = readCorpus(path.resolve('test/replay/histories'));

let today: Bundle;
let before: ReplayedRun[];
beforeAll(async () => {
  quietReplay();
  today = { label: 'today', code: (await bundleWorkflows()).code };
  before = [];
  for await (const run of listen(today, corpus)) before.push(run);
}, 120_000);

const against = async (code: string, histories: readonly NamedHistory[]) => {
  const names = new Set(histories.map(({ name }) => name));
  return judge(today, { label: 'changed', code }, histories, { before: before.filter(({ name }) => names.has(name)) });
};

/** Which event records a command, for commands that have one each. */
const recordedAs: Partial<Record<CommandKind, string>> = {
  activity: 'ACTIVITY_TASK_SCHEDULED',
  timer: 'TIMER_STARTED',
  child: 'START_CHILD_WORKFLOW_EXECUTION_INITIATED',
  'search attributes': 'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
  result: 'WORKFLOW_EXECUTION_COMPLETED',
  failure: 'WORKFLOW_EXECUTION_FAILED',
  cancellation: 'WORKFLOW_EXECUTION_CANCELED',
  'continue as new': 'WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
};

describe('the recorder', () => {
  it('reports every command that a history records', () => {
    expect(before).toHaveLength(corpus.length);
    for (const [index, { name, commands, error }] of before.entries()) {
      expect(error, name).toBeUndefined();
      const { events } = corpus[index]!;
      const counted = (kind: CommandKind) => commands.filter((command) => command.kind === kind).length;
      for (const [kind, type] of Object.entries(recordedAs))
        expect([kind, counted(kind as CommandKind)], name).toEqual([
          kind,
          events.filter((one) => eventTypeOf(one) === type).length,
        ]);
      expect(counted('local activity'), name).toBe(events.filter(localActivityOf).length);
    }
  });

  it('is silent on every other task queue', async () => {
    const reports: unknown[] = [];
    const fn = (...report: unknown[]) => void reports.push(report);
    const sinks = {
      sagas: { ended: { fn: () => {}, callDuringReplay: false } },
      pairedReplay: { commands: { fn, callDuringReplay: true }, called: { fn, callDuringReplay: true } },
    };
    const { workflowId, events } = corpus[0]!;
    const replay = Worker.runReplayHistories({ workflowBundle: today, replayName: 'roundtrip', sinks }, [
      { workflowId, history: { events } },
    ]);
    for await (const { error } of replay) expect(error).toBeUndefined();
    expect(reports).toEqual([]);
  });
});

describe('paired replay', () => {
  it('finds no difference in comments, formats and renamed locals', async () => {
    const { code } = await bundleFrom(path.resolve('.'), { minified: true });
    const report = await against(code, corpus);
    expect(report).toMatchObject({ kind: 'same', differences: [], breaks: [], unchecked: [], histories: corpus.length });
  }, 120_000);

  it.each(silentChanges)('finds $name, which plain replay does not see', async (change) => {
    const report = await against(plantInBundle(today.code, change), histories(change.histories));
    assertFindsDifference(report, change);
  });

  it.each(breakingChanges)('says where a build breaks by $name', async (change) => {
    const report = await against(plantInBundle(today.code, change), histories(change.histories));
    assertFindsBreak(report, change);
  });

  it('has nothing to say about a bundle without a recorder', async () => {
    const silent = today.code.replace("'paired-replay'", "'no-such-queue'").replace('"paired-replay"', '"no-such-queue"');
    const report = await against(silent, histories(/^ship-order\.shipped/));
    expect(report.kind).toBe('unchecked');
    expect(report.unchecked[0]!.because).toContain('no recorder');
  });
});

function histories(which: RegExp): NamedHistory[] {
  const found = corpus.filter(({ name }) => which.test(name));
  expect(found).not.toEqual([]);
  return found;
}
