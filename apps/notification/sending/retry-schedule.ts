const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * The delays after failed attempts: eleven attempts in 16 hours, so that no mail is lost if the mail server is down for a night.
 */
const delays = [
  SECOND,
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
] as const;
const JITTER = 0.2;

export const MAX_ATTEMPTS = delays.length + 1;

/**
 * How long to wait, in ms, after attempt number `attempt` (from 1) has failed; undefined when the attempts are used up.
 * @param random from 0 to 1; 0.5 is no jitter.
 */
export function retryDelay(attempt: number, random: number): number | undefined {
  const delay = delays[attempt - 1];
  return delay === undefined ? undefined : Math.round(delay * (1 + JITTER * (2 * random - 1)));
}
