import { buildIdOf, bundleOf, listReleases, readRelease } from '../../libs/releases/release.js';
import { hasBegun, type NamedHistory } from '../../libs/replay/history.js';
import { judge, type Report, type Unchecked, uncheckedReport } from '../../libs/replay/judge.js';
import type { Bundle } from '../../libs/replay/listen.js';
import { buildOf, placeOf } from '../../libs/replay/place-of.js';
import { exitStatusOf, showReport } from '../../libs/replay/show-report.js';
import { fetchHistories, withClient } from './fetch-histories.js';
import { type Project, readProject, type VerdictContext } from './project.js';
import type { VerdictOptions } from './verdict-options.js';

/** The open runs at one place of a workflow on one build, and the newest of their histories. */
interface Place {
  place: string;
  workflow: string;
  build: string | undefined;
  runs: number;
  sample: NamedHistory[];
}

/** Judges the working tree against open runs of a server, each run against the build that advanced it last. @returns the exit status. */
export async function runLiveVerdict(
  { address, query, perPlace }: NonNullable<VerdictOptions['live']>,
  showValues: boolean,
  { root, print }: Pick<VerdictContext, 'root' | 'print'>,
): Promise<number> {
  const project = readProject(root);
  const open = `${query ? `(${query}) AND ` : ''}ExecutionStatus = 'Running'`;
  const places = await withClient(address, async (client) => {
    const found = new Map<string, Place>();
    for await (const history of fetchHistories(client, open)) if (hasBegun(history)) add(found, history, perPlace);
    return [...found.values()];
  });
  const reports = await judgePlaces(project, places);
  for (const workflow of [...new Set(places.map((place) => place.workflow))].toSorted()) {
    const its = places.filter((place) => place.workflow === workflow);
    const replayed = reports.flatMap(({ compared }) => compared).filter((one) => one.workflow === workflow).length;
    const runs = its.reduce((sum, one) => sum + one.runs, 0);
    const differences = reports.flatMap(({ report }) => report.differences).filter((one) => one.workflow === workflow).length;
    const broken = reports.flatMap(({ report }) => report.breaks).filter((one) => one.workflow === workflow);
    const breaking = broken.reduce((sum, one) => sum + one.runs, 0);
    print(
      `${workflow}: ${count(runs, 'open run')}, ${count(its.length, 'place')}, ${replayed} replayed, ` +
        `${count(differences, 'difference')}, ${breaking} break`,
    );
  }
  for (const { report, code } of reports) for (const line of showReport(report, { showValues, code })) print(line);
  const kinds = reports.map(({ report }) => report.kind);
  const kind =
    (['breaks', 'differs', 'unchecked'] as const).find((one) => kinds.includes(one)) ??
    (places.length > 0 ? 'same' : 'unchecked');
  print(
    `verdict of ${project.bundle.label}: ${kind.toUpperCase()}${places.length > 0 ? '' : `: no open run was found (${open})`}`,
  );
  return exitStatusOf(kind);
}

const count = (number: number, what: string): string => `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;

function add(found: Map<string, Place>, history: NamedHistory, perPlace: number): void {
  const place = placeOf(history);
  const build = buildOf(history);
  const key = `${build ?? ''} ${place}`;
  const known = found.get(key) ?? { place, workflow: history.workflow, build, runs: 0, sample: [] };
  found.set(key, known);
  known.runs++;
  // The newest come first. Only those that are replayed stay in memory.
  if (known.sample.length < perPlace) known.sample.push(history);
}

interface PlacesReport {
  report: Report;
  compared: NamedHistory[];
  /** The code of both bundles. */
  code: string;
}

/** One report for each build, and one for the builds that nobody has. */
async function judgePlaces(project: Project, places: readonly Place[]): Promise<PlacesReport[]> {
  const reports: PlacesReport[] = [];
  const unchecked: Unchecked[] = [];
  for (const build of new Set(places.map((place) => place.build))) {
    const its = places.filter((place) => place.build === build);
    const before = build === undefined ? undefined : findBundle(project, build);
    if (before) {
      const compared = its.flatMap(({ sample }) => sample);
      reports.push({ report: await judge(before, project.bundle, compared), compared, code: before.code + project.bundle.code });
    } else
      unchecked.push(
        ...its.map(({ place, runs }) => ({ place, runs, because: `their build ${build ?? '(unnamed)'} has no bundle here` })),
      );
  }
  if (unchecked.length > 0) reports.push({ report: uncheckedReport(unchecked), compared: [], code: '' });
  return reports;
}

/** The bundle of a build: of a release, or of the working tree itself. The SDK's own build ids contain the whole hash of the bundle. */
function findBundle({ releases, bundle }: Project, build: string): Bundle | undefined {
  const hash = build.split('+').at(-1)!.slice(0, 12);
  if (buildIdOf(bundle.code) === hash) return bundle;
  for (const version of listReleases(releases)) {
    const release = readRelease(releases, version);
    const { buildId, bundleSha256 } = release.manifest;
    const found = buildId === build || bundleSha256.startsWith(hash) ? bundleOf(release) : undefined;
    if (found) return found;
  }
  return undefined;
}
