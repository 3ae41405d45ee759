import { spawn } from 'child_process';
import { ProjectError } from './project-error.mjs';
import { projectRoot } from './project-root.mjs';

/** Enough to see why a tool failed, not all it had to say: some say it first, some last. */
const FIRST_LINES = 15;
const LAST_LINES = 25;
/** How long a tool may take to end after a signal. Half-done work does no harm: the next start repeats it. */
const GRACE_MS = 2000;

/**
 * Runs a tool of the project to its end, quietly.
 *
 * @param {{ what: string, command: string, args: string[], environment?: Record<string, string>, signal?: AbortSignal }} tool
 *   `what` names the tool in the error; when `signal` aborts, the tool is ended
 * @returns {Promise<void>}
 * @throws {ProjectError} with the beginning and the end of what the tool said, when it fails; the signal's reason, when that aborts
 */
export function runTool({ what, command, args, environment, signal }) {
  return new Promise((resolve, reject) => {
    if (signal && signal.aborted) return reject(signal.reason);
    const child = spawn(command, args, {
      cwd: projectRoot,
      env: Object.assign({}, process.env, environment),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
    });
    let output = '';
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    let patience;
    const end = () => {
      child.kill();
      patience = setTimeout(() => child.kill('SIGKILL'), GRACE_MS); // npm would run on for long, undoing its changes
    };
    if (signal) signal.addEventListener('abort', end, { once: true });

    child.once('error', (error) => reject(new ProjectError(`${what} cannot be run: ${error.message}`)));
    child.once('close', (code, killedBy) => {
      clearTimeout(patience);
      if (signal) signal.removeEventListener('abort', end);
      if (signal && signal.aborted) return reject(signal.reason);
      if (code === 0) return resolve();
      reject(new ProjectError(`${what} failed (${killedBy || `exit code ${code}`}):\n${excerpt(output)}`));
    });
  });
}

function excerpt(output) {
  const lines = output.trim().split('\n');
  if (lines.length <= FIRST_LINES + LAST_LINES) return lines.join('\n');
  return lines.slice(0, FIRST_LINES).concat('  [...]', lines.slice(-LAST_LINES)).join('\n');
}
