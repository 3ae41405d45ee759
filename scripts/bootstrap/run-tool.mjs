import { spawn } from 'child_process';
import { ProjectError } from './project-error.mjs';
import { projectRoot } from './project-root.mjs';

/** Enough to see why a tool failed, not all it had to say. */
const TAIL_LINES = 40;

/**
 * Runs a tool of the project to its end, quietly.
 *
 * @param {{ what: string, command: string, args: string[], environment?: Record<string, string>, signal?: AbortSignal }} tool
 *   `what` names the tool in the error; when `signal` aborts, the tool is ended
 * @returns {Promise<void>}
 * @throws {ProjectError} with the tail of what the tool said, when it fails; the signal's reason, when that aborts
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
    let lines = [];
    const keepTail = (chunk) => {
      lines = `${lines.join('\n')}${chunk}`.split('\n').slice(-TAIL_LINES);
    };
    child.stdout.setEncoding('utf8').on('data', keepTail);
    child.stderr.setEncoding('utf8').on('data', keepTail);
    const end = () => child.kill();
    if (signal) signal.addEventListener('abort', end, { once: true });

    child.once('error', (error) => reject(new ProjectError(`${what} cannot be run: ${error.message}`)));
    child.once('close', (code, killedBy) => {
      if (signal) signal.removeEventListener('abort', end);
      if (signal && signal.aborted) return reject(signal.reason);
      if (code === 0) return resolve();
      reject(new ProjectError(`${what} failed (${killedBy || `exit code ${code}`}):\n${lines.join('\n').trim()}`));
    });
  });
}
