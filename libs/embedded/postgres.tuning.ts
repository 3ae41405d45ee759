/** More than all processes open together, with the default size of their pools. PostgreSQL's own limit of 100 is less than that. */
export const MAX_CONNECTIONS = 200;
