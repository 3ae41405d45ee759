import {
  participantNames,
  type ReservationParticipant,
  reservationParticipants,
} from '../../contracts/participant/participants.js';

const publishing = ['outbox'];
const consuming = ['inbox', 'channel'];
const participating = [...publishing, 'participant'];
const reserving = Object.fromEntries<readonly string[]>(
  reservationParticipants.map((name) => [name, [...participating, 'reservation']]),
) as Record<ReservationParticipant, readonly string[]>;

/** The services that own a PostgreSQL schema, in the order in which they are prepared. */
export const services = [...participantNames, 'events', 'hooks', 'saga', 'notification', 'projection'] as const;
export type Service = (typeof services)[number];

/**
 * The folders under `prisma/` whose migrations make up a service's schema. Services share a folder, never a table: each has the
 * tables in its own schema. A folder comes after those whose tables it changes.
 */
export const migrationFolders: Readonly<Record<Service, readonly string[]>> = {
  order: [...participating, 'operation', 'order'],
  customer: [...participating, 'customer'],
  ...reserving,
  payment: [...participating, 'payment'],
  trip: [...participating, 'operation', 'trip'],
  events: ['events'],
  hooks: [...publishing, 'hooks'],
  saga: [...publishing, ...consuming, 'saga'],
  notification: [...consuming, 'notification'],
  projection: [...consuming, 'projection'],
};

/** The services that may read the event log. */
export const logReaders: readonly Service[] = [
  'hooks',
  ...services.filter((service) => migrationFolders[service].some((folder) => consuming.includes(folder))),
];
