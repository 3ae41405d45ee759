import { participantNames } from '../../contracts/participants.js';

/** The services that own a PostgreSQL schema, in the order in which they are prepared. */
export const services = participantNames;
