import type { Settings } from '../../libs/config/settings.js';
import { smallLimit } from '../chaos/customers.js';
import { Dice } from '../chaos/dice.js';
import { makeSchedule } from '../chaos/make-schedule.js';
import type { Life, Request } from '../chaos/schedule.js';

/** The watch of sagas reads a few seconds back; a saga that is removed sooner would come back. */
const SHORTEST_RETENTION_MS = 15_000;
/** How much of the load passes until everything that was kept longer may be removed. */
const CALM_AFTER = 1 / 3;
const RICH_LIMIT = 1_000_000_00;
/** The customers up to this one have little credit, so that some orders are refused. */
const POOR_CUSTOMERS = 3;

export interface SoakOptions {
  minutes: number;
  /** Sagas a second. */
  rate: number;
  seed: number;
}

export interface SoakPlan {
  loadMs: number;
  /** How long everything is kept that is no business record. */
  retentionMs: number;
  /**
   * From when to when sagas stay open, a hook and consumers are away, and readers stand still: longer than the retention, in the first
   * third. Another hook is paused for half the retention.
   */
  away: { fromMs: number; pausedFromMs: number; untilMs: number };
  rebuildAtMs: number;
  countEveryMs: number;
  settings: Partial<Settings>;
  lives: Life[];
  /** Ids of the lives whose sagas are open while others are away. */
  openLives: string[];
}

/** In cents. */
export const limitOf = (customer: number): number => (customer < POOR_CUSTOMERS ? smallLimit(customer) : RICH_LIMIT);

/** What a soak of so many minutes does, and when: the same for the same options. */
export function soakPlan({ minutes, rate, seed }: SoakOptions): SoakPlan {
  const loadMs = minutes * 60_000;
  const retentionMs = Math.max(SHORTEST_RETENTION_MS, loadMs / 15);
  const fromMs = loadMs * 0.03;
  const untilMs = fromMs + Math.max(1.5 * retentionMs, loadMs * 0.2);
  const away = { fromMs, pausedFromMs: untilMs - retentionMs / 2, untilMs };
  const dice = new Dice(seed + 2);
  const { lives } = makeSchedule({ seed, seconds: loadMs / 1_000, rate, clocks: false });
  const open = openLives(away);
  return {
    loadMs,
    retentionMs,
    away,
    rebuildAtMs: Math.max(loadMs * CALM_AFTER, away.untilMs + 5_000),
    countEveryMs: Math.min(15_000, loadMs / 45),
    settings: settingsOf(retentionMs),
    lives: [
      ...open,
      ...lives.map((life) => ({
        ...life,
        requests: life.requests.map((request) =>
          calm(request, dice, life.atMs < loadMs - 3 * retentionMs ? 2 * retentionMs : undefined),
        ),
      })),
    ],
    openLives: open.map(({ id }) => id),
  };
}

function settingsOf(retentionMs: number): Partial<Settings> {
  const hours = retentionMs / 3_600_000;
  return {
    SHORT_RETENTION: true,
    // A delivery is rendered from the log, and an inbox recognises what the log may bring again.
    LOG_RETENTION_HOURS: hours,
    INBOX_RETENTION_HOURS: hours,
    DELIVERY_RETENTION_HOURS: hours,
    COMMAND_RETENTION_HOURS: hours,
    SAGA_RETENTION_HOURS: hours,
    MAIL_RETENTION_HOURS: hours,
    RETENTION_SWEEP_MS: Math.min(10_000, Math.max(1_000, retentionMs / 10)),
    // As patient as by default: nothing is disturbed, and a busy machine is no reason to give up.
    SAGA_FAST_STEP_MS: 1_000,
    SAGA_STEP_DEADLINE_MS: 30_000,
    SAGA_FORWARD_DEADLINE_MS: 120_000,
    SAGA_ATTENTION_AFTER_MS: 60_000,
    APPROVAL_WITHIN_MS: 3_600_000,
  };
}

/** Without what needs a longer memory: a run that is reset or deleted long after its end, and an approval that nobody decides. */
function calm({ interference, repeats, ...request }: Request, dice: Dice, longAfterMs: number | undefined): Request {
  const harmless = interference && ['abort', 'cancel'].includes(interference.kind) ? interference : undefined;
  const again = longAfterMs !== undefined && dice.chance(0.1) ? { ...repeats, laterMs: longAfterMs } : repeats;
  const quiet = request.what === 'book trip' && request.approval?.verdict === 'nobody';
  return {
    ...request,
    ...(quiet && { approval: { verdict: 'decline', afterMs: 1_000 } }),
    ...(harmless && { interference: harmless }),
    ...(again && { repeats: again }),
  };
}

/** Trips that wait for their approval until the webhooks and consumers are back: each request is repeated shortly before. */
function openLives({ fromMs, untilMs }: SoakPlan['away']): Life[] {
  const openMs = untilMs - fromMs;
  const trip = {
    what: 'book trip' as const,
    paymentMethod: 'pm_ok' as const,
    parts: ['hotel' as const, 'car' as const],
    scarce: [],
    daysAhead: 40,
    pauseMs: 0,
    wait: 0,
    repeats: { laterMs: Math.round(openMs * 0.85) },
  };
  const requests: Record<string, Request> = {
    'open-approved': { ...trip, approval: { verdict: 'approve', afterMs: openMs } },
    'open-declined': { ...trip, approval: { verdict: 'decline', afterMs: openMs } },
    'open-aborted': { ...trip, approval: { verdict: 'nobody', afterMs: 0 }, interference: { kind: 'abort', afterMs: openMs } },
  };
  return Object.entries(requests).map(([id, request]) => ({ id, atMs: fromMs, customer: POOR_CUSTOMERS, requests: [request] }));
}
