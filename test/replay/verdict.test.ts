import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { corpusSums, placesOf, readCorpus } from '../../libs/releases/corpus.js';
import { buildIdOf, changedReleases, type Manifest, sha256, writeRelease } from '../../libs/releases/release.js';
import { runReplay } from '../../scripts/verdict/run-replay.js';
import { runVerdict } from '../../scripts/verdict/run-verdict.js';
import { bundleWorkflows } from '../support/bundle-workflows.js';
import { quietReplay } from '../support/quiet-replay.js';
import { plantInBundle } from '../upgrades/plant.js';

const recorded = path.resolve('test/replay/histories');
const workflow = 'workflows/ship-order/ship-order.workflow.ts';
const anotherResult = { name: 'a result', file: workflow, find: "'SHIPPED'", replace: "'SENT'" };
const anotherResultToo = { name: 'a result', file: workflow, find: "'SHIPPED'", replace: "'ON_ITS_WAY'" };
const anException = {
  name: 'an exception',
  file: workflow,
  find: 'await ship();',
  replace: 'await ship(); throw new TypeError("planted");',
};

let code: string;
let root: string;
let histories: string;
let releases: string;
beforeAll(async () => {
  quietReplay();
  ({ code } = await bundleWorkflows());
}, 120_000);
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'roundtrip-verdict-'));
  histories = path.join(root, 'test/replay/histories');
  releases = path.join(root, 'releases');
  for (const folder of ['dist', 'test/replay/histories']) mkdirSync(path.join(root, folder), { recursive: true });
  writeFileSync(path.join(root, 'package.json'), '{ "version": "0.2.0" }');
  for (const file of readdirSync(recorded).filter((name) => name.startsWith('ship-order.')))
    copyFileSync(path.join(recorded, file), path.join(histories, file));
  build(code);
});
afterEach(() => rmSync(root, { recursive: true }));

const build = (bundle: string) => writeFileSync(path.join(root, 'dist/workflow-bundle.js'), bundle);
const change = (planted: typeof anotherResult) => build(plantInBundle(code, { ...planted, histories: /./, expect: {} as never }));
function release(manifest: Partial<Manifest> = {}): void {
  const verdict = { against: null, kind: 'first' as const, places: [0, 0] as [number, number], accepted: [] };
  const facts = { version: '0.1.0', buildId: buildIdOf(code), bundleSha256: sha256(code), lock: {}, patches: [], verdict };
  const covered = { workflows: { shipOrder: 'UNVERSIONED' }, places: placesOf(readCorpus(histories)) };
  writeRelease(releases, {
    manifest: { ...facts, ...covered, ...manifest },
    bundle: code,
    corpus: corpusSums(readCorpus(histories)),
  });
}
async function verdict(...args: string[]): Promise<{ status: number; text: string }> {
  const lines: string[] = [];
  const status = await runVerdict(args, { root, print: (line) => lines.push(line), person: () => 'Ada' });
  return { status, text: lines.join('\n') };
}

describe('npm run verdict', () => {
  it('ends with 0 when nothing differs', async () => {
    release();
    const { status, text } = await verdict();
    expect(text).toMatch(
      /^verdict of the working tree \(\w{12}\) against release 0\.1\.0 \(\w{12}\): SAME\n3 histories, (\d+) of \1 places, /,
    );
    expect(status).toBe(0);
  });

  it('ends with 2 and a table when something differs, and with 0 once that is accepted', async () => {
    release();
    change(anotherResult);
    const found = await verdict();
    expect(found.text).toMatch(/ {2}shipOrder {2}result {2,}result\.state {2}SHIPPED {2}SENT {2}1 of 3\n/);
    expect(found.status).toBe(2);
    const accepted = await verdict('--accept', 'the shop wants another word');
    expect(accepted.text).toContain('1 of 3, accepted');
    expect(accepted.status).toBe(0);
    expect(JSON.parse(readFileSync(path.join(releases, 'next.json'), 'utf8'))).toEqual({
      against: '0.1.0',
      accepted: [
        {
          workflow: 'shipOrder',
          step: 'result',
          path: 'result.state',
          old: 'SHIPPED',
          new: 'SENT',
          why: 'the shop wants another word',
          by: 'Ada',
          at: expect.any(String),
        },
      ],
    });
    change(anotherResultToo);
    expect((await verdict()).status, 'another value at the same place').toBe(2);
  });

  it('ends with 1 when a build breaks, which nobody can accept', async () => {
    release();
    change(anException);
    const { status, text } = await verdict('--accept', 'I know better');
    expect(text).toContain('cannot be accepted');
    expect(text).toMatch(/found {5}the workflow throws: planted\n {4}at {8}workflows\/ship-order\/ship-order\.workflow\.ts:\d+/);
    expect(status).toBe(1);
  });

  it.each<[string, () => void, RegExp]>([
    ['without a release', () => {}, /there is no release/],
    ['with an empty corpus', () => (release(), rmSync(histories, { recursive: true })), /there are no histories/],
    [
      'without the bundle of the release',
      () => (release(), rmSync(path.join(releases, '0.1.0/bundle.js.gz'))),
      /its bundle was removed/,
    ],
    [
      'with a place that no history covers',
      () => release({ places: ['shipOrder: nowhere; open'] }),
      /nowhere; open.*no history covers/,
    ],
    [
      'with a workflow that has no history',
      () => release({ workflows: { payOrder: 'PINNED' } }),
      /payOrder.*no history of this workflow/,
    ],
    [
      'with a history of an unknown build',
      () => (release(), copyAs('ship-order.shipped.0.0.9.json')),
      /release 0\.0\.9, which is not in/,
    ],
    ['with a history that is gone', () => (release(), rmSync(path.join(histories, 'ship-order.shipped.0.1.0.json'))), /is gone/],
  ])('ends with 3 %s', async (_case, arrange, because) => {
    arrange();
    const { status, text } = await verdict();
    expect(text).toMatch(because);
    expect(status).toBe(3);
  });

  it('goes on without a place once that is accepted', async () => {
    release({ places: ['shipOrder: nowhere; open'] });
    const { status } = await verdict('--accept', 'no run can be there', '--place', 'shipOrder: nowhere; open');
    expect(status).toBe(0);
  });

  it('replays histories of a later build under the new build only', async () => {
    release();
    copyAs('ship-order.shipped-again.0.2.0.json');
    expect((await verdict()).text).toContain('4 histories');
    change(anException);
    expect((await verdict()).status).toBe(1);
  });

  it('shows the length of a text, and the text itself only on demand', async () => {
    release();
    change({ ...anotherResult, find: "'SHIPPED',", replace: "'SHIPPED', note: `sent to ${orderId}`," });
    expect((await verdict()).text).toMatch(/result\.note {2}– {2,}text of \d+/);
    expect((await verdict('--show-values')).text).toContain('sent to ');
  });

  it.each([
    ['--agianst', '0.1.0'],
    ['--per-place', '3'],
    ['--live', '--accept', 'x'],
    ['--live', '--per-place', '0'],
    ['--place', 'x'],
    ['--accept', ' '],
  ])('ends with 64 for %s %s %s', async (...args) => {
    expect((await verdict(...args.filter((arg) => arg !== undefined))).status).toBe(64);
  });
});

describe('npm run replay', () => {
  const replay = async (...args: string[]) => {
    const lines: string[] = [];
    return { status: await runReplay(args, { root, print: (line) => lines.push(line) }), text: () => lines.join('\n') };
  };

  it('replays the files of a folder', async () => {
    const { status, text } = await replay('--file', histories);
    expect(text()).toMatch(/^3 replayed under the working tree \(\w{12}\), 0 diverge$/);
    expect(status).toBe(0);
  });

  it('shows the first divergence', async () => {
    change(anException);
    const { status, text } = await replay('--file', path.join(histories, 'ship-order.shipped.0.1.0.json'));
    expect(text()).toMatch(
      /^ship-order\.shipped\.0\.1\.0 \(shipOrder\) diverges from the working tree \(\w{12}\):\n {2}event {5}\d+ UPSERT/,
    );
    expect(status).toBe(1);
  });

  it('ends with 64 for a command line that names no history', async () => {
    expect((await replay()).status).toBe(64);
    expect((await replay('--file', histories, '--query', 'x')).status).toBe(64);
  });
});

describe('released folders', () => {
  it('do not change', () => {
    expect(changedReleases(path.resolve('releases'), recorded)).toEqual([]);
  });

  it('are compared file by file', () => {
    release();
    expect(changedReleases(releases, histories)).toEqual([]);
    writeFileSync(path.join(releases, '0.1.0/corpus.json'), '{}');
    writeFileSync(path.join(releases, '0.1.0/more.json'), '{}');
    expect(changedReleases(releases, histories)).toEqual([
      expect.stringMatching(/corpus\.json has changed$/),
      expect.stringMatching(/more\.json was added$/),
    ]);
  });

  it('are never overwritten', () => {
    release();
    expect(() => release()).toThrow(/exists and is not overwritten/);
  });
});

function copyAs(file: string): void {
  copyFileSync(path.join(recorded, 'ship-order.shipped.0.1.0.json'), path.join(histories, file));
}
