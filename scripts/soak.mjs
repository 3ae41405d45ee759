// `npm run soak -- --minutes M [--rate R] [--seed S]`: the whole system under a steady load, with retention in minutes; then every table and invariant.
import { prepareProject } from './bootstrap.mjs';

try {
  await prepareProject({ log: () => {} });
  const { soak } = await import('../dist/test/soak/command-line.js');
  process.exit(await soak(process.argv.slice(2), console.log));
} catch (error) {
  console.error(error.name === 'SoakUsageError' ? error.message : error);
  process.exit(1);
}
