import pg from 'pg';

/** A pool of connections for services that speak SQL themselves; a connection that cannot be had within 3 s is an error. */
export function servicePool(databaseUrl: string, service: string, size: number, more: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: size,
    connectionTimeoutMillis: 3_000,
    application_name: `roundtrip-${service}`,
    ...more,
  });
  // An idle connection that breaks is replaced when the next one is needed; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}
