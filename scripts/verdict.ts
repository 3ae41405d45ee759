import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { quietRuntime } from '../libs/replay/quiet-runtime.js';
import { runVerdict } from './verdict/run-verdict.js';

quietRuntime();

/** Who accepts: the author of commits, or the account. */
function person(): string {
  try {
    return execFileSync('git', ['config', 'user.name'], { encoding: 'utf8' }).trim();
  } catch {
    return userInfo().username;
  }
}

try {
  const status = await runVerdict(process.argv.slice(2), { root: process.cwd(), print: console.log, person });
  process.exit(status);
} catch (error) {
  // What cannot be judged is unchecked.
  console.error((error as Error).message);
  process.exit(3);
}
