import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'prisma/config';

// Prisma generates clients and nothing else here. `libs/database/migrate.ts` applies the migrations.
const folders = readdirSync('prisma').filter((name) => existsSync(`prisma/${name}/schema.prisma`));
const folder = process.env.PRISMA_FOLDER ?? '';
if (!folders.includes(folder))
  throw new Error(`Set PRISMA_FOLDER, e.g.: PRISMA_FOLDER=${folders[0]} npx prisma generate (there are: ${folders.join(', ')})`);

// `generate` runs no engine but looks for one, and would download it: any program will do.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({ schema: `prisma/${folder}/schema.prisma` });
