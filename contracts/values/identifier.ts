import { z } from 'zod';

/** Every business id of the public API: URL-safe, so that it can stand in a path and in a workflow id without escaping. */
export const Identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, "-" or "_"');
