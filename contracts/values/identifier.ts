import { z } from 'zod';

/** A business id of the public API. It is URL-safe, so a path or a workflow id contains it without escaping. */
export const Identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, "-" or "_"');
