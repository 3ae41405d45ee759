import type { Pool } from 'pg';
import { servicePool } from '../../database/service-pool.js';

/** No query may delay a relay for long, neither because a table is being altered nor because a server does not answer. */
const LIMITS = { lock_timeout: 1_000, statement_timeout: 5_000, query_timeout: 10_000 };

/** Connections of a relay to a database. They give up on a lock after 1 s, a statement after 5 s and a silent server after 10 s. */
export const relayPool = (databaseUrl: string, size: number): Pool => servicePool(databaseUrl, 'relay', size, LIMITS);
