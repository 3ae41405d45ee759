import { type OperationOf, type Participant, participants } from './participants.js';

/** Why any saga may roll back, whatever its steps are. */
const ofEverySaga = ['PARTICIPANT_UNAVAILABLE', 'ABORTED', 'CANCELLED', 'UNEXPECTED_RESPONSE'] as const;

/** The operations that can make a saga roll back: those of its compensable steps and of its pivot. */
type Steps = { readonly [P in Participant]?: readonly OperationOf<P>[] };

/**
 * The codes that a saga may fail with: the refusals of these steps, `own` refusals of the saga itself, and the codes of every saga. Each
 * once, in that order.
 */
export function failureCodes(steps: Steps, own: readonly string[] = []): string[] {
  const refusals = Object.entries(steps).flatMap(([participant, operations]) => {
    const known: Record<string, { refusals: readonly string[] }> = participants[participant as Participant];
    return operations.flatMap((operation) => known[operation]!.refusals);
  });
  return [...new Set([...refusals, ...own, ...ofEverySaga])];
}

/** For the description of a `code`. */
export const codesInWords = (codes: readonly string[]): string =>
  `Stable. One of ${codes.map((code) => `\`${code}\``).join(', ')}`;
