import { quietRuntime } from '../libs/replay/quiet-runtime.js';
import { runReplay } from './verdict/run-replay.js';

quietRuntime();
try {
  process.exit(await runReplay(process.argv.slice(2), { root: process.cwd(), print: console.log }));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
