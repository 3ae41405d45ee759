import { readAcceptances, writeAcceptances } from '../../libs/releases/acceptance.js';
import { exitStatusOf, showReport } from '../../libs/replay/show-report.js';
import { judgeCorpus } from './corpus-verdict.js';
import { runLiveVerdict } from './live-verdict.js';
import { readProject, type VerdictContext } from './project.js';
import { readVerdictOptions, UsageError, type VerdictOptions, verdictUsage } from './verdict-options.js';

/** `npm run verdict`. @returns the exit status: 0 same or accepted, 1 breaks, 2 differs, 3 unchecked or empty, 64 usage. */
export async function runVerdict(args: string[], context: VerdictContext): Promise<number> {
  let options: VerdictOptions;
  try {
    options = readVerdictOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    context.print(`${error.message}\n${verdictUsage}`);
    return 64;
  }
  return options.live ? runLiveVerdict(options.live, options.showValues, context) : runCorpusVerdict(options, context);
}

async function runCorpusVerdict(options: VerdictOptions, { root, print, person }: VerdictContext): Promise<number> {
  const startedAt = performance.now();
  const project = readProject(root);
  const judgeNow = () =>
    judgeCorpus(project, { against: options.against, accepted: (against) => readAcceptances(project.releases, against) });
  let { against, before, report } = await judgeNow();
  const { accept, places } = options;
  if (accept !== undefined && against !== undefined) {
    const note = { why: accept.trim(), by: person(), at: new Date().toISOString() };
    const differences = report.differences
      .filter(({ accepted }) => !accepted)
      .map(({ workflow, step, path, old, new: now }) => ({ workflow, step, path, old, new: now, ...note }));
    const accepted = places.length > 0 ? places.map((place) => ({ place, ...note })) : differences;
    if (report.kind === 'breaks') print('A build that breaks running sagas cannot be accepted: add a patch.');
    else if (accepted.length === 0) print('There is nothing to accept.');
    else {
      writeAcceptances(project.releases, against, accepted);
      print(
        `accepted ${accepted.length} ${places.length > 0 ? 'places' : 'differences'} in releases/next.json: commit it with the change`,
      );
      ({ report } = await judgeNow());
    }
  }
  print(
    `verdict of ${project.bundle.label} against ${before?.label ?? `release ${against ?? '(none)'}`}: ${report.kind.toUpperCase()}`,
  );
  const code = project.bundle.code + (before?.code ?? '');
  for (const line of showReport(report, { showValues: options.showValues, code })) print(line);
  const { checked, all } = report.places;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const next = report.kind === 'differs' ? ' Accept with: npm run verdict -- --accept "<reason>"' : '';
  print(`${report.histories} histories, ${checked} of ${all} places, ${seconds} s.${next}`);
  return exitStatusOf(report.kind);
}
