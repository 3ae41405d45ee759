import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { compareVersions } from '../versions/compare-versions.js';
import type { ReportKind } from '../replay/judge.js';
import type { Bundle } from '../replay/listen.js';
import type { Acceptance } from './acceptance.js';

/** What a release was judged against when it was built. */
export interface ReleaseVerdict {
  /** The release before; null for the first. */
  against: string | null;
  kind: ReportKind | 'first';
  /** How many places were checked, of how many. */
  places: [checked: number, all: number];
  accepted: Acceptance[];
}

export interface Manifest {
  version: string;
  /** The build that workers of this release report. */
  buildId: string;
  bundleSha256: string;
  /** The versions of the packages that decide what a workflow does. */
  lock: Record<string, string>;
  /** The versioning behaviour of every workflow type. */
  workflows: Record<string, string>;
  patches: string[];
  /** Every place that the corpus covers. */
  places: string[];
  verdict: ReleaseVerdict;
}

/** `releases/<version>`: the bundle that workers of the release run, what it was, and the histories that it replays. */
export interface Release {
  manifest: Manifest;
  /** The workflow bundle; undefined after its build was retired. */
  bundle: string | undefined;
  /** The sha256 of every history of the corpus, by file. */
  corpus: Record<string, string>;
}

const manifestFile = 'manifest.json';
const corpusFile = 'corpus.json';
const bundleFile = 'bundle.js.gz';

export const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** Workers with the same bundle have the same build id, wherever they were built. */
export const buildIdOf = (bundle: string | Buffer): string => sha256(bundle).slice(0, 12);

/** The versions of all releases in a folder, the oldest first. */
export function listReleases(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(path.join(folder, name, manifestFile)))
    .toSorted(compareVersions);
}

/** Reads a release. @throws Error when there is none, or when its bundle is not the one of its manifest. */
export function readRelease(folder: string, version: string): Release {
  const at = path.join(folder, version);
  if (!existsSync(path.join(at, manifestFile)))
    throw new Error(`There is no release ${version} in ${folder}; there is ${listReleases(folder).join(', ') || 'none'}.`);
  const manifest = readJson<Manifest>(path.join(at, manifestFile));
  const packed = path.join(at, bundleFile);
  const bundle = existsSync(packed) ? gunzipSync(readFileSync(packed)).toString('utf8') : undefined;
  if (bundle !== undefined && sha256(bundle) !== manifest.bundleSha256)
    throw new Error(`${packed} is not the bundle of release ${version}: its sha256 differs from the manifest. Restore it from git.`);
  return { manifest, bundle, corpus: readJson(path.join(at, corpusFile)) };
}

/** The bundle of a release as replays take it; undefined after it was removed. */
export const bundleOf = ({ manifest, bundle }: Release): Bundle | undefined =>
  bundle === undefined ? undefined : { label: `release ${manifest.version} (${manifest.buildId})`, code: bundle };

/** Writes a release in one step, and its checksums. @throws Error when the version is released: a release never changes. */
export function writeRelease(folder: string, { manifest, bundle, corpus }: Release & { bundle: string }): void {
  const at = path.join(folder, manifest.version);
  if (existsSync(at)) throw new Error(`Release ${manifest.version} exists and is not overwritten. Raise the version in package.json.`);
  const unfinished = `${at}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  writeFileSync(path.join(unfinished, bundleFile), gzipSync(bundle, { level: 9 }));
  writeJson(path.join(unfinished, manifestFile), manifest);
  writeJson(path.join(unfinished, corpusFile), corpus);
  renameSync(unfinished, at);
  const sums = path.join(folder, checksumsFile);
  const before = existsSync(sums) ? readJson<Checksums>(sums) : {};
  writeJson(sums, { ...before, [manifest.version]: checksumsOf(at) });
}

/** Every file of every release with its sha256. */
type Checksums = Record<string, Record<string, string>>;
const checksumsFile = 'checksums.json';

const checksumsOf = (at: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(at)
      .toSorted()
      .map((file) => [file, sha256(readFileSync(path.join(at, file)))]),
  );

/**
 * What has changed in released folders, and in the histories that they list; empty if nothing has. A bundle may be missing: it is removed
 * when its build is retired.
 */
export function changedReleases(folder: string, histories: string): string[] {
  const sums = path.join(folder, checksumsFile);
  const recorded = existsSync(sums) ? readJson<Checksums>(sums) : {};
  const versions = new Set([...listReleases(folder), ...Object.keys(recorded)]);
  return [...versions].flatMap((version) => {
    const expected = recorded[version];
    if (!expected) return [`${version} is not in ${sums}: write releases with npm run release -- build`];
    const at = path.join(folder, version);
    if (!existsSync(at)) return [`${at} is gone`];
    const found = checksumsOf(at);
    const files = [...new Set([...Object.keys(expected), ...Object.keys(found)])]
      .filter((file) => found[file] !== expected[file] && !(file === bundleFile && !(file in found)))
      .map((file) => `${path.join(at, file)} ${file in expected ? (file in found ? 'has changed' : 'is gone') : 'was added'}`);
    const corpus = files.length > 0 ? {} : readJson<Record<string, string>>(path.join(at, corpusFile));
    return [...files, ...changedHistories(corpus, histories).map((problem) => `release ${version}: ${problem}`)];
  });
}

/** Which histories of a corpus are gone or have changed. */
export const changedHistories = (corpus: Record<string, string>, folder: string): string[] =>
  Object.entries(corpus).flatMap(([file, sum]) => {
    const at = path.join(folder, file);
    if (!existsSync(at)) return [`${at} is gone`];
    return sha256(readFileSync(at)) === sum ? [] : [`${at} has changed`];
  });

function readJson<Content>(file: string): Content {
  return JSON.parse(readFileSync(file, 'utf8')) as Content;
}

function writeJson(file: string, content: unknown): void {
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
}
