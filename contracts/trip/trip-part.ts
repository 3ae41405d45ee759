import type { ReservationParticipant } from '../participant/participants.js';
import type { CarRental, ReserveCarCommand } from '../reservation/car.commands.js';
import type { FlightLeg, ReserveSeatCommand } from '../reservation/flight.commands.js';
import type { HotelStay, ReserveRoomCommand } from '../reservation/hotel.commands.js';
import type { ReserveTrainCommand, TrainRide } from '../reservation/rail.commands.js';

/** What a `reserve…` command asks for, besides the trip and the length of the hold. */
type Asked<Command> = Omit<Command, 'tripId' | 'holdForMs'>;

interface TripPart<Request> {
  participant: ReservationParticipant;
  /** The noun of the part's steps and activities: `reserve room` calls `reserveRoom`. */
  noun: string;
  /** Whether the part is a list of items. */
  list: boolean;
  /** What the participant is asked for. */
  asks: (request: Request) => object;
  /** The first day of an item. */
  firstDay: (item: Request) => string;
  /** An item as a line for a person. */
  line: (item: Request) => string;
}

/** Everything that a trip can have, in the order in which lists of it go. Plain data and functions: workflows may import it. */
export const tripPartTable = {
  hotel: {
    participant: 'hotel',
    noun: 'room',
    list: false,
    asks: (stay: HotelStay): Asked<ReserveRoomCommand> => stay,
    firstDay: ({ checkIn }: HotelStay) => checkIn,
    line: ({ rooms, hotelId, checkIn, checkOut }: HotelStay) => `${rooms} × ${hotelId}, ${checkIn} to ${checkOut}`,
  },
  flights: {
    participant: 'flight',
    noun: 'seat',
    list: true,
    asks: (flights: FlightLeg[]): Asked<ReserveSeatCommand> => ({ flights }),
    firstDay: ({ date }: FlightLeg) => date,
    line: ({ seats, flightId, date }: FlightLeg) => `${seats} × ${flightId}, ${date}`,
  },
  car: {
    participant: 'car',
    noun: 'car',
    list: false,
    asks: (rental: CarRental): Asked<ReserveCarCommand> => rental,
    firstDay: ({ pickUp }: CarRental) => pickUp,
    line: ({ carClass, location, pickUp, dropOff }: CarRental) => `${carClass} at ${location}, ${pickUp} to ${dropOff}`,
  },
  rail: {
    participant: 'rail',
    noun: 'train',
    list: false,
    asks: (ride: TrainRide): Asked<ReserveTrainCommand> => ({ rides: [ride] }),
    firstDay: ({ date }: TrainRide) => date,
    line: ({ seats, trainId, date }: TrainRide) => `${seats} × ${trainId}, ${date}`,
  },
} as const satisfies Record<string, TripPart<never>>;

export type TripPartName = keyof typeof tripPartTable;
export const tripPartNames = Object.keys(tripPartTable) as TripPartName[];

/** The requests that a trip is booked with. */
export type RequestedTripParts = { [Name in TripPartName]?: Parameters<(typeof tripPartTable)[Name]['asks']>[0] };

/** The table's entry of a part that is known by its name only. The part must be one of that name. */
export const tripPartOf = (name: TripPartName) => tripPartTable[name] as TripPart<never> as TripPart<object>;

/** Something that has parts of a trip under their names, and maybe more. */
type WithParts = { [Name in TripPartName]?: unknown };
type PartOf<Trip> = Exclude<Trip[TripPartName & keyof Trip], undefined>;
type ItemOf<Trip> = PartOf<Trip> extends infer Part ? (Part extends readonly (infer Item)[] ? Item : Part) : never;

/** The names and values of the parts that the trip has, in the order of the table. */
export const presentParts = <Trip extends WithParts>(trip: Trip): [name: TripPartName, part: PartOf<Trip>][] =>
  tripPartNames.flatMap((name) => (trip[name] === undefined ? [] : [[name, trip[name] as PartOf<Trip>]]));

/** The parts that the trip has, in the order of the table, and nothing else of it. */
export const partsIn = <Trip extends WithParts>(trip: Trip) =>
  Object.fromEntries(presentParts(trip)) as { [Name in TripPartName & keyof Trip]?: Exclude<Trip[Name], undefined> };

/** The items of all parts, each with the name of its part. */
export const itemsIn = <Trip extends WithParts>(trip: Trip): [name: TripPartName, item: ItemOf<Trip>][] =>
  presentParts(trip).flatMap(([name, part]) =>
    [part].flat().map((item) => [name, item as ItemOf<Trip>] as [TripPartName, ItemOf<Trip>]),
  );

/** The parts that the trip has, each item of them changed. A list stays a list. */
export const changeItems = <Trip extends WithParts>(
  trip: Trip,
  change: (item: ItemOf<Trip>, name: TripPartName) => unknown,
): WithParts =>
  Object.fromEntries(
    presentParts(trip).map(([name, part]) => [
      name,
      Array.isArray(part) ? part.map((item: ItemOf<Trip>) => change(item, name)) : change(part as ItemOf<Trip>, name),
    ]),
  );
