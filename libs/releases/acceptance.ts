import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AcceptedDifference } from '../replay/judge.js';

/** A place without a history that a person accepts, with the reason. */
export interface AcceptedPlace {
  place: string;
  why: string;
  by: string;
  /** RFC 3339. */
  at: string;
}
export type Acceptance = AcceptedDifference | AcceptedPlace;

/** What is accepted for the next release. It is committed with the change, and `release build` moves it into the manifest. */
export interface Acceptances {
  /** The release that the acceptances compare with; against another release they mean nothing. */
  against: string;
  accepted: Acceptance[];
}

const fileOf = (releases: string): string => path.join(releases, 'next.json');

/** What is accepted against a release; empty if nothing is. */
export function readAcceptances(releases: string, against: string): Acceptance[] {
  const file = fileOf(releases);
  if (!existsSync(file)) return [];
  const { against: given, accepted } = JSON.parse(readFileSync(file, 'utf8')) as Acceptances;
  return given === against ? accepted : [];
}

/** Adds to what is accepted against a release. */
export function writeAcceptances(releases: string, against: string, accepted: readonly Acceptance[]): void {
  mkdirSync(releases, { recursive: true });
  const all: Acceptances = { against, accepted: [...readAcceptances(releases, against), ...accepted] };
  writeFileSync(fileOf(releases), `${JSON.stringify(all, undefined, 2)}\n`);
}

/** Forgets what was accepted, after a release has taken it. */
export const clearAcceptances = (releases: string): void => rmSync(fileOf(releases), { force: true });

export const isAcceptedPlace = (one: Acceptance): one is AcceptedPlace => 'place' in one;
export const isAcceptedDifference = (one: Acceptance): one is AcceptedDifference => !isAcceptedPlace(one);
