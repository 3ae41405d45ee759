import { z } from 'zod';

/** Text without NUL and lone surrogates. JSON allows both, but PostgreSQL refuses them, so the command would be retried forever. */
const KEPT = /^[^\0\p{Surrogate}]*$/u;

/** Free text, which is stored unchanged. */
export const PlainText = z.string().refine((text) => KEPT.test(text), 'must not contain NUL or half of a character');
