import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { clearAcceptances, readAcceptances } from '../../libs/releases/acceptance.js';
import { corpusSums, placesOf, readCorpus } from '../../libs/releases/corpus.js';
import { buildIdOf, listReleases, type ReleaseVerdict, sha256, writeRelease } from '../../libs/releases/release.js';
import { exitStatusOf, showReport } from '../../libs/replay/show-report.js';
import { judgeCorpus } from './corpus-verdict.js';
import { type Project, readProject } from './project.js';

const releaseUsage = `Usage: npm run release -- build
Writes releases/<version of package.json> from the working tree, if its verdict against the last release allows that.
Exit status: 0 written, 1 refused, 64 usage.`;

interface ReleaseContext {
  root: string;
  print: (line: string) => void;
}

/** `npm run release`. @returns the exit status. */
export async function runRelease(args: string[], { root, print }: ReleaseContext): Promise<number> {
  if (args.length !== 1 || args[0] !== 'build') {
    print(releaseUsage);
    return 64;
  }
  const project = readProject(root);
  const { releases, histories, version, bundle } = project;
  if (existsSync(path.join(releases, version))) {
    print(`Release ${version} exists and is not overwritten. Raise the version in package.json.`);
    return 1;
  }
  const corpus = readCorpus(histories);
  const places = placesOf(corpus);
  const verdict = await verdictOf(project, places.length, print);
  if (!verdict) return 1;
  const buildId = buildIdOf(bundle.code);
  writeRelease(releases, {
    manifest: {
      version,
      buildId,
      bundleSha256: sha256(bundle.code),
      lock: lockOf(root),
      workflows: await behavioursOf(root),
      patches: [],
      places,
      verdict,
    },
    bundle: bundle.code,
    corpus: corpusSums(corpus),
  });
  clearAcceptances(releases);
  print(`release ${version} (${buildId}) is in ${path.join(releases, version)}`);
  return 0;
}

/** @returns undefined when the verdict forbids the release; the report is printed. */
async function verdictOf(project: Project, places: number, print: (line: string) => void): Promise<ReleaseVerdict | undefined> {
  const last = listReleases(project.releases).at(-1);
  if (last === undefined) return { against: null, kind: 'first', places: [places, places], accepted: [] };
  const accepted = readAcceptances(project.releases, last);
  const { before, report } = await judgeCorpus(project, { against: last, accepted: () => accepted });
  const { checked, all } = report.places;
  if (exitStatusOf(report.kind) === 0) return { against: last, kind: report.kind, places: [checked, all], accepted };
  print(`The verdict of ${project.bundle.label} against release ${last} is ${report.kind.toUpperCase()}, so it is not released:`);
  for (const line of showReport(report, { showValues: false, code: project.bundle.code + (before?.code ?? '') })) print(line);
  return undefined;
}

const deciding = ['@temporalio/common', '@temporalio/worker', '@temporalio/workflow', 'typescript', 'webpack'];

function lockOf(root: string): Record<string, string> {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  return Object.fromEntries(deciding.map((name) => [name, packages[`node_modules/${name}`]!.version]));
}

interface VersionedWorkflow {
  workflowDefinitionOptions?: { versioningBehavior?: string } | (() => { versioningBehavior?: string });
}

/** The versioning behaviour that each workflow type states for itself. */
async function behavioursOf(root: string): Promise<Record<string, string>> {
  const workflows = (await import(pathToFileURL(path.join(root, 'dist/workflows/index.js')).href)) as Record<
    string,
    VersionedWorkflow
  >;
  return Object.fromEntries(
    Object.entries(workflows).map(([type, { workflowDefinitionOptions: options }]) => {
      const { versioningBehavior } = (typeof options === 'function' ? options() : options) ?? {};
      return [type, versioningBehavior ?? 'UNVERSIONED'];
    }),
  );
}
