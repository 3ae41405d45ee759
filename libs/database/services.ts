import { participantNames } from '../../contracts/participant/participants.js';

/** The services that own a PostgreSQL schema, in the order in which they are prepared. */
export const services = [...participantNames, 'events', 'hooks', 'saga', 'notification', 'projection'] as const;
export type Service = (typeof services)[number];

/** The services that may read the log of all facts. */
export const logReaders: readonly Service[] = ['hooks', 'saga', 'notification', 'projection'];
