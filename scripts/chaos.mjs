// `npm run chaos -- --seed S --minutes M [--schedule file]`: everything real, under a seeded schedule of faults; then every invariant.
import { prepareProject } from './bootstrap.mjs';

try {
  await prepareProject({ log: () => {} });
  const { chaos } = await import('../dist/test/chaos/command-line.js');
  process.exit(await chaos(process.argv.slice(2), console.log));
} catch (error) {
  console.error(error.name === 'ChaosUsageError' ? error.message : error);
  process.exit(1);
}
