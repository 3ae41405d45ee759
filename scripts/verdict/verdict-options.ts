import { parseArgs } from 'node:util';

export const verdictUsage = `Usage: npm run verdict -- [--against <release>] [--show-values] [--accept "<why>" [--place "<place>"]…]
       npm run verdict -- --live [--address <host:port>] [--query "<query>"] [--per-place <n>] [--show-values]
Compares the working tree with a release (the last one by default): what both ask for in the same histories.
  --accept       accepts the differences that are found, or with --place places without a history; written to releases/next.json
  --live         replays the open runs of a server, each against the build that advanced it last
  --address      of the server; TEMPORAL_ADDRESS by default
  --query        which open runs, in Temporal's list filter; all by default
  --per-place    how many runs are replayed at each place of a workflow; 20 by default
  --show-values  shows texts; they hold names and addresses, so otherwise only their length shows
Exit status: 0 same or accepted, 1 breaks, 2 differs, 3 unchecked or empty, 64 usage.`;

export interface VerdictOptions {
  against: string | undefined;
  accept: string | undefined;
  places: string[];
  showValues: boolean;
  live: { address: string | undefined; query: string | undefined; perPlace: number } | undefined;
}

/** A command line that cannot be carried out; the message says why. */
export class UsageError extends Error {}

/** Reads the command line. @throws UsageError. */
export function readVerdictOptions(args: string[]): VerdictOptions {
  const values = parsed(args);
  const { live = false, accept, against, address, query, place: places = [] } = values;
  const perPlace = Number(values['per-place'] ?? 20);
  if (!live && (address ?? query ?? values['per-place']) !== undefined)
    throw new UsageError('--address, --query and --per-place go with --live.');
  if (live && (accept ?? against) !== undefined)
    throw new UsageError('--live compares each run with its own build: accept differences over the corpus, without --live.');
  if (!Number.isInteger(perPlace) || perPlace < 1) throw new UsageError('--per-place must be a whole number from 1.');
  if (accept !== undefined && accept.trim() === '') throw new UsageError('--accept needs a reason.');
  if (places.length > 0 && accept === undefined) throw new UsageError('--place goes with --accept.');
  return {
    against,
    accept,
    places,
    showValues: values['show-values'] ?? false,
    live: live ? { address, query, perPlace } : undefined,
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        against: { type: 'string' },
        accept: { type: 'string' },
        place: { type: 'string', multiple: true },
        'show-values': { type: 'boolean' },
        live: { type: 'boolean' },
        address: { type: 'string' },
        query: { type: 'string' },
        'per-place': { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
