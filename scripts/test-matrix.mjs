// `npm run test:matrix -- [--shard i/n] [--resume]`: loses every saga at every boundary and runs it again. docs/testing.md says what it covers.
import { spawnSync } from 'child_process';
import { parseArgs } from 'util';
import { prepareProject } from './bootstrap.mjs';

const USAGE = 'Usage: npm run test:matrix -- [--shard i/n] [--resume]';

function optionsOf(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { shard: { type: 'string', default: '1/1' }, resume: { type: 'boolean', default: false } },
  });
  const [, shard, shards] = /^(\d+)\/(\d+)$/.exec(values.shard) ?? [];
  if (positionals.length > 0 || !shards || Number(shard) < 1 || Number(shard) > Number(shards)) throw new Error(USAGE);
  return values;
}

try {
  const { shard, resume } = optionsOf(process.argv.slice(2));
  await prepareProject();
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/matrix/vitest.config.ts'],
    {
      stdio: 'inherit',
      env: { ...process.env, MATRIX_SHARD: shard, MATRIX_RESUME: String(resume) },
    },
  );
  process.exit(status ?? 1);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
