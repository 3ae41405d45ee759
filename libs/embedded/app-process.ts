import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Environment } from '../config/settings.js';
import type { DataFolder } from './data-folder.js';
import type { ListenAddress } from './listen-address.js';
import type { ProcessSpec } from './managed-process.js';
import type { ProcessDeclaration } from './processes.js';

const READY_WITHIN_MS = 60_000;
const ANSWER_WITHIN_MS = 2_000;

/** How to run a process of this project from the compiled code in the current folder. It is ready when `/readyz` answers 2xx. */
export function appProcess(
  { name, main }: ProcessDeclaration,
  address: ListenAddress,
  environment: Environment,
  data: DataFolder,
): ProcessSpec {
  const compiled = (file: string) => path.resolve('dist', file);
  return {
    name,
    command: process.execPath,
    args: ['--import', pathToFileURL(compiled('libs/embedded/exit-with-parent.js')).href, compiled(path.join('bundled', main))],
    cwd: process.cwd(),
    environment,
    exitsWithParent: true,
    stopSignal: 'SIGTERM',
    logFile: data.logOf(name),
    address: address.url,
    isReady: () => answersOk(`${address.url}/readyz`),
    readyWithinMs: READY_WITHIN_MS,
    retryFirstStart: true,
  };
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await response.arrayBuffer(); // frees the connection
    return response.ok;
  } catch {
    return false;
  }
}
