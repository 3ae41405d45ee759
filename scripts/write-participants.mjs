// `npm run participants:write`: writes the participants into .env.example and docker-compose.yml.
import { prepareProject } from './bootstrap.mjs';

try {
  await prepareProject({ log: () => {} });
  await import('../dist/scripts/write-participants.js');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
