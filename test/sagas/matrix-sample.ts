import { givenEnvironment } from '../../libs/config/settings.js';

/** What strikes a saga in the rollback matrix, in the order in which it is tried. */
export const faultKinds = ['error', 'lost answer', 'refusal', 'unavailable', 'late effect', 'abort', 'kill'] as const;
export type FaultKind = (typeof faultKinds)[number];

const whole = givenEnvironment()['MATRIX'] === 'whole';

/**
 * Whether a kind of fault strikes the saga at this place of its group: every second kind each saga, and of two neighbours either of them, so
 * that each kind strikes some saga of each group. `MATRIX=whole` strikes every saga with every kind.
 */
export const isInMatrix = (place: number, kind: FaultKind): boolean => whole || (place + faultKinds.indexOf(kind)) % 2 === 0;
