import path from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { quietTemporal } from '../support/quiet-temporal.js';
import { cellsOf, type Profile } from './matrix-cells.js';
import { matrixOptions } from './matrix-options.js';
import { type ScriptedWorker, scriptedWorker } from './scripted-worker.js';
import { conclude, fileStore, profileOf, sweep } from './sweep.js';
import { sweptSagas } from './swept-sagas.js';

const HOUR_MS = 3_600_000;
const { shard, shards, resume } = matrixOptions();

quietTemporal();
let worker: ScriptedWorker;
beforeAll(async () => {
  worker = await scriptedWorker();
});
afterAll(() => worker.stop());

/** Every cut of every saga with everything that its next run may meet. */
describe(`lost runs, shard ${shard} of ${shards}`, () => {
  it.each(sweptSagas.map((saga) => [saga.name, saga] as const))('%s', { timeout: 2 * HOUR_MS }, async (name, saga) => {
    const profile: Profile = await profileOf(worker, saga);
    const cells = cellsOf(profile).filter((_cell, place) => place % shards === shard - 1);
    const store = fileStore(path.join('.roundtrip', 'matrix', `${name.replaceAll(' ', '-')}.${shard}-of-${shards}.json`));
    const outcomes = resume ? store.read() : {};
    try {
      await sweep(worker, cells, outcomes, () => store.write(outcomes));
    } finally {
      conclude(shards === 1 ? name : `${name}, shard ${shard} of ${shards}`, cells, outcomes);
    }
  });
});
