import { z } from 'zod';

/** The links in the 202 of a command: its resource, and the run of the saga that it has started. */
export const CommandLinks = z.object({ self: z.string(), saga: z.string(), temporalUi: z.string() });
export type CommandLinks = z.infer<typeof CommandLinks>;
