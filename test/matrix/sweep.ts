import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { outlineOf } from '../../workflows/outlines.js';
import { newCustomer } from '../services/customer.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { assertCreditConsistent, assertInventoryConsistent } from '../sagas/consistency.harness.js';
import { system } from '../support/system.js';
import { CellRun, prepare } from './cell-run.js';
import { type Cell, type Profile, titleOf } from './matrix-cells.js';
import type { ScriptedWorker } from './scripted-worker.js';
import type { SweptSaga } from './swept-sagas.js';

/** Most of a cell's time is waiting. */
const CELLS_AT_ONCE = 24;
/** A customer has so many orders that the list of them stays short. */
const CELLS_PER_CUSTOMER = 12;
/** Longer than any cell takes on whatever machine. */
const CELL_MS = 100_000;

/** Learns the steps of an undisturbed run. */
export async function profileOf(worker: ScriptedWorker, saga: SweptSaga): Promise<Profile> {
  const customerId = await richCustomer();
  const businessId = await prepare(worker, saga, customerId);
  const request = saga.request(businessId, customerId);
  const outline = outlineOf(saga.type, request as never).steps;
  const cell: Cell = { profile: { saga, outline, steps: [] }, cut: 'ended', encounter: { kind: 'nothing' } };
  const steps = await new CellRun(worker, cell, businessId, customerId).undisturbed();
  return { saga, outline, steps };
}

const richCustomer = () => newCustomer(new ParticipantHarness('customer', () => system().customerUrl), { limit: 100_000_00 });

/** The outcome of each cell, by its title: nothing for one that was as it must be. */
export type Outcomes = Record<string, string | null>;

/** Keeps outcomes from one run to the next. */
export interface OutcomeStore {
  read(): Outcomes;
  write(outcomes: Outcomes): void;
}

export const fileStore = (file: string): OutcomeStore => ({
  read() {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Outcomes;
    } catch {
      return {};
    }
  },
  write(outcomes) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(outcomes, null, 1)}\n`);
  },
});

/** Runs cells of one saga, and looks at the world when all are over. @returns what was not as it must be, by title. */
export async function sweep(worker: ScriptedWorker, cells: readonly Cell[], outcomes: Outcomes, save: () => void): Promise<void> {
  const waiting = cells.filter((cell) => outcomes[titleOf(cell)] !== null);
  const customers: Promise<string>[] = [];
  let begun = 0;
  const lane = async () => {
    for (;;) {
      const place = begun++;
      const cell = waiting[place];
      if (!cell) return;
      const customer = (customers[Math.floor(place / CELLS_PER_CUSTOMER)] ??= richCustomer());
      outcomes[titleOf(cell)] = await outcomeOf(worker, cell, await customer);
      save();
    }
  };
  await Promise.all(Array.from({ length: CELLS_AT_ONCE }, lane));
  for (const customerId of await Promise.all(customers)) await assertCreditConsistent(customerId);
  await assertInventoryConsistent();
}

async function outcomeOf(worker: ScriptedWorker, cell: Cell, customerId: string): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  let run: CellRun | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new Error(`It has waited for ${run?.stage ?? 'what it is about'} until ${CELL_MS} ms were over.`));
    timer = setTimeout(fail, CELL_MS);
  });
  const check = async () => {
    const businessId = await prepare(worker, cell.profile.saga, customerId);
    run = new CellRun(worker, cell, businessId, customerId);
    await run.check();
  };
  try {
    await Promise.race([check(), late]);
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Prints how many cells of the saga are as they must be. @throws with those that are not. */
export function conclude(name: string, cells: readonly Cell[], outcomes: Outcomes): void {
  const wrong = cells.flatMap((cell) => {
    const outcome = outcomes[titleOf(cell)];
    return outcome === null ? [] : [`${titleOf(cell)}: ${outcome ?? 'not run'}`];
  });
  process.stdout.write(`  ${name}: swept ${cells.length - wrong.length} of ${cells.length}\n`);
  expect(wrong, name).toEqual([]);
}
