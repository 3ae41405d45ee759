import { type RequestedTripParts, type TripPartName, tripPartNames, tripPartTable } from '../../contracts/trip/trip-part.js';

/** Requests of one part of a trip, for tests. */
export interface TripPartSample<Name extends TripPartName> {
  /** Of what does not run out. */
  plenty(day: string): Required<RequestedTripParts>[Name];
  /** One of the few that there are. */
  scarce(day: string): Required<RequestedTripParts>[Name];
}

type Samples = { [Name in TripPartName]: TripPartSample<Name> };

const samples = Object.fromEntries(
  await Promise.all(
    tripPartNames.map(async (name) => {
      const file = new URL(`../trip-parts/${tripPartTable[name].participant}.sample.js`, import.meta.url).href;
      const { sample } = (await import(/* @vite-ignore */ file)) as { sample: unknown };
      return [name, sample];
    }),
  ),
) as Samples;

/** One part of a trip that begins on the day. */
export const samplePart = <Name extends TripPartName>(
  name: Name,
  kind: keyof TripPartSample<Name>,
  day: string,
): Required<RequestedTripParts>[Name] => samples[name][kind](day);

/** Every part that a trip can have. */
export const sampleParts = (kind: keyof TripPartSample<TripPartName>, day: string) =>
  Object.fromEntries(tripPartNames.map((name) => [name, samplePart(name, kind, day)])) as Required<RequestedTripParts>;
