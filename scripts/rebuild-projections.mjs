// `npm run projections:rebuild [-- <name> …]`: builds read models anew from the log, all of them unless some are named, while the system runs.
import { prepareProject } from './bootstrap.mjs';

try {
  await prepareProject({ log: () => {} });
  const { rebuildProjections } = await import('../dist/scripts/rebuild-projections.js');
  await rebuildProjections(process.argv.slice(2), console.log);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
