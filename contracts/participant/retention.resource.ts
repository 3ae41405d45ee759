import { z } from 'zod';

/** `POST /retention` of a participant's own port: up to when its keys, marks and tombstones are not needed any more. */
export const TrimCommand = z.strictObject({ keepCommandsSince: z.iso.datetime() });
export type TrimCommand = z.infer<typeof TrimCommand>;

/** What one batch has removed, by table. `keptSince` is older than asked for if the participant keeps its rows for longer. */
export interface Trimmed {
  keptSince: string;
  removed: Record<string, number>;
  /** Whether there may be more to remove. */
  more: boolean;
}

/** `GET /floor` of the saga service: no saga needs what participants remember from before. Null while it is unknown. */
export interface CommandFloor {
  keepCommandsSince: string | null;
}
