import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Cell, cellsOf, encounterKinds } from './matrix-cells.js';
import { type ScriptedWorker, scriptedWorker } from './scripted-worker.js';
import { conclude, type Outcomes, profileOf, sweep } from './sweep.js';
import { sweptSagas } from './swept-sagas.js';

/** The number of cells per kind in the sample, spread over the cuts of the saga. */
const CELLS_PER_KIND = 3;
/** Longer than the cells of a saga take on whatever machine. */
const SAGA_MS = 300_000;

let worker: ScriptedWorker;
beforeAll(async () => {
  worker = await scriptedWorker();
});
afterAll(() => worker.stop());

/** Every saga meets every second kind of event, and of two neighbours either of them. `npm run test:matrix` runs all cells. */
const sampleOf = (cells: readonly Cell[], place: number): Cell[] =>
  encounterKinds.flatMap((kind, number) => {
    if ((place + number) % 2 === 1) return [];
    const ofKind = cells.filter(({ encounter }) => encounter.kind === kind);
    const stride = ofKind.length / CELLS_PER_KIND;
    return Array.from(
      { length: Math.min(CELLS_PER_KIND, ofKind.length) },
      (_, index) => ofKind[Math.floor((index + 0.5) * stride)]!,
    );
  });

describe('sagas whose run is lost and started again', () => {
  it.each(sweptSagas.map((saga, place) => [saga.name, saga, place] as const))(
    '%s',
    { timeout: SAGA_MS },
    async (name, saga, place) => {
      const cells = sampleOf(cellsOf(await profileOf(worker, saga)), place);
      const outcomes: Outcomes = {};
      try {
        await sweep(worker, cells, outcomes, () => {});
      } finally {
        conclude(name, cells, outcomes);
      }
    },
  );
});
