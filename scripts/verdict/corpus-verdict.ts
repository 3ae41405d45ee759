import { type Acceptance, isAcceptedDifference, isAcceptedPlace } from '../../libs/releases/acceptance.js';
import { planCorpus, readCorpus } from '../../libs/releases/corpus.js';
import { bundleOf, listReleases, readRelease } from '../../libs/releases/release.js';
import type { Bundle } from '../../libs/replay/listen.js';
import { judge, type Report, uncheckedReport } from '../../libs/replay/judge.js';
import type { Project } from './project.js';

export interface CorpusVerdict {
  /** The version of the release. */
  against: string | undefined;
  /** The release's bundle; undefined if there is no release or no bundle. */
  before: Bundle | undefined;
  report: Report;
}

/** Judges a bundle against a release over the corpus of recorded histories, without a server. The last release by default. */
export async function judgeCorpus(
  { releases, histories: folder, version, bundle }: Project,
  { against, accepted }: { against?: string | undefined; accepted: (against: string) => readonly Acceptance[] },
): Promise<CorpusVerdict> {
  const known = listReleases(releases);
  const wanted = against ?? known.at(-1);
  const unchecked = (place: string, because: string): CorpusVerdict => ({
    against: wanted,
    before: undefined,
    report: uncheckedReport([{ place, runs: 0, because }]),
  });
  if (wanted === undefined) return unchecked('releases', `there is no release in ${releases}`);
  if (!known.includes(wanted))
    return unchecked(`release ${wanted}`, `it is not in ${releases}; there is ${known.join(', ') || 'none'}`);
  const release = readRelease(releases, wanted);
  const before = bundleOf(release);
  if (!before) return unchecked(`release ${wanted}`, 'its bundle was removed; compare with a later release');
  const corpus = readCorpus(folder);
  if (corpus.length === 0) return unchecked('everything', `there are no histories in ${folder}`);

  const plan = planCorpus(corpus, { against: release, known, version, folder });
  const acceptances = accepted(wanted);
  const acceptedPlaces = acceptances.filter(isAcceptedPlace).map(({ place }) => place);
  const report = await judge(before, bundle, plan.paired, {
    onlyAfter: plan.onlyAfter,
    unchecked: plan.unchecked.filter(({ place, runs }) => runs > 0 || !acceptedPlaces.includes(place)),
    places: plan.places.filter((place) => !acceptedPlaces.includes(place)),
    accepted: acceptances.filter(isAcceptedDifference),
  });
  return { against: wanted, before, report };
}
