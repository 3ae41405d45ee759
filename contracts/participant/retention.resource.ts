import { z } from 'zod';

/** `POST /retention` of a participant's own port: its keys, marks and tombstones from before this time are not needed any more. */
export const TrimCommand = z.strictObject({ keepCommandsSince: z.iso.datetime() });
export type TrimCommand = z.infer<typeof TrimCommand>;

/** How many rows one batch has removed, by table. `keptSince` is older than requested if the participant keeps its rows for longer. */
export interface Trimmed {
  keptSince: string;
  removed: Record<string, number>;
  /** Whether there may be more to remove. */
  more: boolean;
}

/** `GET /floor` of the saga service: no saga needs rows of participants from before this time. Null while it is unknown. */
export interface CommandFloor {
  keepCommandsSince: string | null;
}
