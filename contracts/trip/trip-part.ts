/** What a trip can have, in the order in which lists of it go. Plain data: workflows may import it. */
export const tripPartNames = ['hotel', 'flights', 'car', 'rail'] as const;
export type TripPartName = (typeof tripPartNames)[number];
