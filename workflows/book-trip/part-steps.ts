import type { ActivityInterfaceFor } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { ActivityResult, StepKey } from '../../activities/idempotent-command.js';
import type { HoldAnswer, HoldTerm, ReservationStateAnswer } from '../../contracts/reservation/reservation.commands.js';
import { type TripPartName, tripPartOf, tripPartTable } from '../../contracts/trip/trip-part.js';

type Calls = ActivityInterfaceFor<Activities>;
type Noun = (typeof tripPartTable)[TripPartName]['noun'];
type Held = ActivityResult<HoldAnswer<object>>;
type Trip = StepKey & { tripId: string };

/** The activity of a part's step: `reserve room` calls `reserveRoom`. A part without its activities does not compile. */
const activityOf = <Verb extends 'reserve' | 'confirm' | 'cancel'>(verb: Verb, noun: Noun) =>
  `${verb}${noun[0]!.toUpperCase()}${noun.slice(1)}` as `${Verb}${Capitalize<Noun>}`;

/** Holds a part of a trip for it. `request` is the part as it was requested. */
export function reservePart(call: Calls, name: TripPartName, trip: Trip & HoldTerm, request: object): Promise<Held> {
  const reserve = call[activityOf('reserve', tripPartTable[name].noun)] as (command: object) => Promise<Held>;
  return reserve({ ...trip, ...tripPartOf(name).asks(request) });
}

export const confirmPart = (call: Calls, name: TripPartName, trip: Trip): Promise<ActivityResult<ReservationStateAnswer>> =>
  call[activityOf('confirm', tripPartTable[name].noun)](trip);

export const cancelPart = (call: Calls, name: TripPartName, trip: Trip): Promise<ActivityResult<ReservationStateAnswer>> =>
  call[activityOf('cancel', tripPartTable[name].noun)](trip);

/** One step for each part, by its name: `step` declares it. */
export const stepsOf = <Step>(names: readonly TripPartName[], step: (name: TripPartName, noun: Noun) => Step) =>
  Object.fromEntries(names.map((name) => [name, step(name, tripPartTable[name].noun)])) as { [Name in TripPartName]?: Step };
