import { z } from 'zod';

/** Neither NUL nor half of a surrogate pair: JSON can say both, PostgreSQL can keep neither, and what it refuses would be tried for ever. */
const KEPT = /^[^\0\p{Surrogate}]*$/u;

/** Words of somebody's own, which are kept as they are. */
export const PlainText = z.string().refine((text) => KEPT.test(text), 'must not contain NUL or half of a character');
