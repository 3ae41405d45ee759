import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'prisma/config';

// Every service has a schema of its own, in PostgreSQL and here: SERVICE says which one Prisma's CLI is to work on.
const services = readdirSync('prisma').filter((name) => existsSync(`prisma/${name}/schema.prisma`));
const service = process.env.SERVICE ?? '';
if (!services.includes(service))
  throw new Error(`Say whose schema, e.g.: SERVICE=${services[0]} npx prisma … (there are: ${services.join(', ')})`);

// `generate` runs no engine but looks for one, and would download it: any program will do.
if (process.argv.includes('generate')) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

const url = new URL(process.env.DATABASE_URL ?? 'postgresql://postgres:postgres@127.0.0.1:5433/roundtrip');
url.searchParams.set('schema', service);

export default defineConfig({
  schema: `prisma/${service}/schema.prisma`,
  migrations: { path: `prisma/${service}/migrations` },
  datasource: { url: url.href },
});
