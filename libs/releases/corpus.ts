import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyOf, type NamedHistory } from '../replay/history.js';
import { placeOf } from '../replay/place-of.js';
import type { Unchecked } from '../replay/judge.js';
import { compareVersions } from '../versions/compare-versions.js';
import { changedHistories, type Release, sha256 } from './release.js';

/** A recorded history: `<workflow>.<scenario>.<release>.json`. */
export interface CorpusHistory extends NamedHistory {
  file: string;
  /** The release under which it was recorded. */
  release: string;
  /** The file's sha256. */
  sum: string;
}

/** Reads every history of a folder, by name. Empty if there is none. @throws Error when a file is not a history of that name. */
export function readCorpus(folder: string): CorpusHistory[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => {
      const [, name, release] = /^(.+\.(\d+\.\d+\.\d+))\.json$/.exec(file) ?? [];
      if (!name || !release) throw new Error(`${path.join(folder, file)} is not named <workflow>.<scenario>.<release>.json.`);
      const text = readFileSync(path.join(folder, file), 'utf8');
      return { ...historyOf(name, JSON.parse(text)), file, release, sum: sha256(text) };
    });
}

/** The sha256 of every history, by file. */
export const corpusSums = (corpus: readonly CorpusHistory[]): Record<string, string> =>
  Object.fromEntries(corpus.map(({ file, sum }) => [file, sum]));

export const placesOf = (histories: readonly NamedHistory[]): string[] => [...new Set(histories.map(placeOf))].toSorted();

/** How a corpus judges a build against a release. */
export interface CorpusPlan {
  /** Both builds replay them. */
  paired: CorpusHistory[];
  /** Recorded with a later build than the release: only the new build replays them. */
  onlyAfter: CorpusHistory[];
  unchecked: Unchecked[];
  /** Every place that must be covered. */
  places: string[];
}

/**
 * Decides which build replays which history. The histories of a release that is not in `releases/` are unchecked, as are those that a release
 * lists and the corpus lacks.
 */
export function planCorpus(
  corpus: readonly CorpusHistory[],
  { against, known, version, folder }: { against: Release; known: readonly string[]; version: string; folder: string },
): CorpusPlan {
  const { manifest } = against;
  const isKnown = ({ release }: CorpusHistory) => release === version || known.includes(release);
  const later = ({ release }: CorpusHistory) => compareVersions(release, manifest.version) > 0;
  const unknown = corpus.filter((history) => !isKnown(history));
  const paired = corpus.filter((history) => isKnown(history) && !later(history));
  const workflows = new Set(paired.map(({ workflow }) => workflow));
  return {
    paired,
    onlyAfter: corpus.filter((history) => isKnown(history) && later(history)),
    unchecked: [
      ...unknown.map(({ name, release }) => ({
        place: name,
        runs: 1,
        because: `it was recorded on release ${release}, which is not in releases/`,
      })),
      ...changedHistories(against.corpus, folder).map((problem) => ({
        place: `corpus of ${manifest.version}`,
        runs: 1,
        because: problem,
      })),
      ...Object.keys(manifest.workflows)
        .filter((workflow) => !workflows.has(workflow))
        .map((workflow) => ({ place: workflow, runs: 0, because: 'there is no history of this workflow' })),
    ],
    places: [...new Set([...manifest.places, ...placesOf(paired)])],
  };
}
