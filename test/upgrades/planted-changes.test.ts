import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCorpus } from '../../libs/releases/corpus.js';
import { judge } from '../../libs/replay/judge.js';
import { type Bundle, listen, type ReplayedRun } from '../../libs/replay/listen.js';
import { bundleFrom } from '../support/bundle-workflows.js';
import { quietReplay } from '../support/quiet-replay.js';
import { assertFindsBreak, assertFindsDifference } from './assert-found.js';
import { breakingChanges } from './breaking-changes.js';
import { plant, type PlantedChange } from './plant.js';
import { silentChanges } from './silent-changes.js';

const corpus = readCorpus(path.resolve('test/replay/histories'));

/** Bundles a copy of the sources with a change in it. */
async function bundled(change?: PlantedChange): Promise<Bundle> {
  const copy = mkdtempSync(path.join(tmpdir(), 'roundtrip-planted-'));
  try {
    for (const folder of ['workflows', 'contracts', 'activities']) cpSync(folder, path.join(copy, folder), { recursive: true });
    symlinkSync(path.resolve('node_modules'), path.join(copy, 'node_modules'), 'junction');
    if (change) {
      const file = path.join(copy, change.file);
      writeFileSync(file, plant(readFileSync(file, 'utf8'), change));
    }
    return { label: change?.name ?? 'unchanged', code: (await bundleFrom(copy)).code };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

let today: Bundle;
let before: ReplayedRun[];
beforeAll(async () => {
  quietReplay();
  today = await bundled();
  before = [];
  for await (const run of listen(today, corpus)) before.push(run);
});

describe('the verdict over the whole corpus', () => {
  it('finds no difference between two bundles of one source', async () => {
    expect(await judge(today, await bundled(), corpus, { before })).toMatchObject({ kind: 'same', histories: corpus.length });
  });

  it.each(silentChanges)('finds $name, planted in the source', async (change) => {
    assertFindsDifference(await judge(today, await bundled(change), corpus, { before }), change);
  });

  it.each(breakingChanges)('says where a build breaks by $name, planted in the source', async (change) => {
    assertFindsBreak(await judge(today, await bundled(change), corpus, { before }), change);
  });
});
