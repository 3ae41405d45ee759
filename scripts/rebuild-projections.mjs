// `npm run projections:rebuild [-- <name> …]`: rebuilds read models from the log while the system runs, all of them by default.
import { prepareProject } from './bootstrap.mjs';

try {
  await prepareProject({ log: () => {} });
  const { rebuildProjections } = await import('../dist/scripts/rebuild-projections.js');
  await rebuildProjections(process.argv.slice(2), console.log);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
