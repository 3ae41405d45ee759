import { quietRuntime } from '../libs/replay/quiet-runtime.js';
import { runRelease } from './verdict/run-release.js';

quietRuntime();
try {
  process.exit(await runRelease(process.argv.slice(2), { root: process.cwd(), print: console.log }));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
