/** Plain data: workflows may import it. */

const DAY_MS = 86_400_000;

/** The longest hold that a participant grants. */
export const MAX_HOLD_DAYS = 92;
export const MAX_HOLD_MS = MAX_HOLD_DAYS * DAY_MS;

/** How much longer a hold lasts than all deadlines of its saga before the pivot: the steps after the pivot have no deadline. */
export const HOLD_GRACE_MS = 14 * DAY_MS;

/** All deadlines of a saga before its pivot together, the wait for an approval included: a longer hold would be refused. */
export const MAX_FORWARD_MS = MAX_HOLD_MS - HOLD_GRACE_MS;

/** The longest wait for an approval. One day is left to the steps. */
export const MAX_APPROVAL_DAYS = MAX_FORWARD_MS / DAY_MS - 1;
export const MAX_APPROVAL_MS = MAX_APPROVAL_DAYS * DAY_MS;
