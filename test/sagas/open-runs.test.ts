import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildIdOf, sha256, writeRelease } from '../../libs/releases/release.js';
import { runReplay } from '../../scripts/verdict/run-replay.js';
import { runVerdict } from '../../scripts/verdict/run-verdict.js';
import { call, ended, eventually, saga } from '../support/api.js';
import { builtWorkflows } from '../support/built-workflows.js';
import { system } from '../support/system.js';
import { bookTrip, plentifulTrip } from '../support/trips.js';

const running = readFileSync(builtWorkflows.codePath, 'utf8');
/** Another build of the same source, whose holds last longer. */
const changed = running.replace('(approval?.withinMs ?? 0) +', '2 * (approval?.withinMs ?? 0) +');

let root: string;
let sagaId: string;
beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'roundtrip-open-runs-'));
  mkdirSync(path.join(root, 'dist'));
  writeFileSync(path.join(root, 'package.json'), '{ "version": "0.2.0" }');
  ({ sagaId } = await bookTrip({ ...plentifulTrip(), approvalRequiredAbove: { amount: 1, currency: 'EUR' } }));
  await eventually(
    () => saga(sagaId),
    ({ state }) => state === 'WAITING',
  );
});
afterEach(async () => {
  rmSync(root, { recursive: true });
  await call('POST', `/v1/sagas/${sagaId}/abort`);
  await ended(sagaId);
});

const address = () => ['--address', system().temporalAddress];
const query = () => `WorkflowId = '${sagaId}'`;
async function verdict(bundle: string): Promise<{ status: number; text: string }> {
  writeFileSync(path.join(root, 'dist/workflow-bundle.js'), bundle);
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  const args = ['--live', ...address(), '--query', query(), '--per-place', '5'];
  const status = await runVerdict(args, { root, print, person: () => 'Ada' });
  return { status, text: lines.join('\n') };
}

describe('open runs', () => {
  it('are compared with the build that advanced them last', async () => {
    // Visibility lists a run a moment later.
    const same = await eventually(
      () => verdict(running),
      ({ text }) => !text.includes('no open run'),
    );
    expect(same).toMatchObject({
      text: expect.stringContaining('bookTrip: 1 open run, 1 place, 1 replayed, 0 differences, 0 break'),
      status: 0,
    });
    const unknown = await verdict(changed);
    expect(unknown).toMatchObject({ text: expect.stringMatching(/their build \w{12} has no bundle here/), status: 3 });
    writeRelease(path.join(root, 'releases'), {
      manifest: {
        version: '0.1.0',
        buildId: buildIdOf(running),
        bundleSha256: sha256(running),
        lock: {},
        workflows: {},
        patches: [],
        places: [],
        verdict: { against: null, kind: 'first', places: [0, 0], accepted: [] },
      },
      bundle: running,
      corpus: {},
    });
    expect(await verdict(changed)).toMatchObject({ text: expect.stringContaining('args.0.holdForMs'), status: 2 });
  });

  it('replay by id and by query', async () => {
    writeFileSync(path.join(root, 'dist/workflow-bundle.js'), running);
    const replay = (...args: string[]) => runReplay([...args, ...address()], { root, print: () => {} });
    expect(await replay('--workflow-id', sagaId)).toBe(0);
    expect(
      await eventually(
        () => replay('--query', query()),
        (status) => status === 0,
      ),
    ).toBe(0);
    expect(await replay('--workflow-id', 'book-trip:no-such-trip')).toBe(1);
  });
});
