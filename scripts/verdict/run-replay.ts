import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundleOf, readRelease } from '../../libs/releases/release.js';
import { divergenceOf } from '../../libs/replay/divergence.js';
import { hasBegun, historyOf, type NamedHistory } from '../../libs/replay/history.js';
import { type Bundle, listen } from '../../libs/replay/listen.js';
import { showDivergence } from '../../libs/replay/show-report.js';
import { fetchHistories, fetchHistory, withClient } from './fetch-histories.js';
import { readProject } from './project.js';

const replayUsage = `Usage: npm run replay -- --file <history.json or folder>…
       npm run replay -- --workflow-id <id> [--run-id <id>] [--address <host:port>]
       npm run replay -- --query "<query>" [--limit <n>] [--address <host:port>]
Replays histories under the working tree, or with --release <version> under a release, and shows the first divergence of each.
A query replays 100 runs at most unless --limit says otherwise.
Exit status: 0 all replay, 1 one diverges or none was found, 64 usage.`;

interface ReplayContext {
  root: string;
  print: (line: string) => void;
}

/** `npm run replay`. @returns the exit status. */
export async function runReplay(args: string[], { root, print }: ReplayContext): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    print(`${options}\n${replayUsage}`);
    return 64;
  }
  const bundle = chooseBundle(root, options.release);
  const found = await historiesOf(options);
  const histories = found.filter(hasBegun);
  const diverged: NamedHistory[] = [];
  if (histories.length > 0) {
    let index = 0;
    for await (const { error } of listen(bundle, histories)) {
      const history = histories[index++]!;
      if (error) diverged.push(history);
    }
  }
  if (diverged.length > 0) {
    let index = 0;
    for await (const run of listen(bundle, diverged, { traced: true })) {
      print(`${run.name} (${run.workflow}) diverges from ${bundle.label}:`);
      for (const line of showDivergence(divergenceOf(diverged[index++]!, run))) print(`  ${line}`);
    }
  }
  if (found.length > histories.length) print(`${found.length - histories.length} have not begun, so any build may begin them`);
  print(
    histories.length === 0
      ? 'No history was found.'
      : `${histories.length} replayed under ${bundle.label}, ${diverged.length} diverge`,
  );
  return histories.length > 0 && diverged.length === 0 ? 0 : 1;
}

function chooseBundle(root: string, release: string | undefined): Bundle {
  if (release === undefined) return readProject(root).bundle;
  const bundle = bundleOf(readRelease(path.join(root, 'releases'), release));
  if (!bundle) throw new Error(`The bundle of release ${release} was removed when its build was retired.`);
  return bundle;
}

type Options = NonNullable<Exclude<ReturnType<typeof readOptions>, string>>;

function readOptions(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        file: { type: 'string', multiple: true },
        'workflow-id': { type: 'string' },
        'run-id': { type: 'string' },
        query: { type: 'string' },
        limit: { type: 'string', default: '100' },
        address: { type: 'string' },
        release: { type: 'string' },
      },
    });
    const { file, query, address, release, 'workflow-id': workflowId, 'run-id': runId } = values;
    if ([file, workflowId, query].filter((one) => one !== undefined).length !== 1)
      return 'Exactly one of --file, --workflow-id and --query is needed.';
    const limit = Number(values.limit);
    if (!Number.isInteger(limit) || limit < 1) return '--limit must be a whole number from 1.';
    return { file, workflowId, runId, query, limit, address, release };
  } catch (error) {
    return (error as Error).message;
  }
}

async function historiesOf({ file, workflowId, runId, query, limit, address }: Options): Promise<NamedHistory[]> {
  if (file) return file.flatMap(readFiles);
  return withClient(address, async (client) => {
    if (workflowId !== undefined) {
      const history = await fetchHistory(client, workflowId, runId);
      return history ? [history] : [];
    }
    const histories: NamedHistory[] = [];
    for await (const history of fetchHistories(client, query!)) {
      histories.push(history);
      if (histories.length === limit) break;
    }
    return histories;
  });
}

function readFiles(file: string): NamedHistory[] {
  const files = statSync(file).isDirectory()
    ? readdirSync(file)
        .filter((name) => name.endsWith('.json'))
        .toSorted()
        .map((name) => path.join(file, name))
    : [file];
  return files.map((one) => historyOf(path.basename(one, '.json'), JSON.parse(readFileSync(one, 'utf8'))));
}
