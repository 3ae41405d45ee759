// `npm run events:publish`: writes down the schemas and samples of new versions of events; refuses what would break consumers.
import { prepareProject } from './bootstrap.mjs';

try {
  await prepareProject({ log: () => {} });
  await import('../dist/scripts/publish-events.js');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
