import { PrismaPg } from '@prisma/adapter-pg';

/**
 * The driver of a service's Prisma client: a pool of `poolSize` connections that sees the service's own PostgreSQL schema.
 * A connection that cannot be had within 3 s is an error, so that callers are told in time.
 */
export function prismaAdapter(databaseUrl: string, service: string, poolSize: number): PrismaPg {
  return new PrismaPg(
    { connectionString: databaseUrl, max: poolSize, connectionTimeoutMillis: 3_000, application_name: `roundtrip-${service}` },
    { schema: service },
  );
}
