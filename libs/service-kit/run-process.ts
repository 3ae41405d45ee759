import type { Logger } from 'pino';

/** Runs a process's main function; what stops it from starting is logged as fatal and ends it with exit code 1. */
export async function runProcess(log: Logger, main: () => Promise<unknown>): Promise<void> {
  try {
    await main();
  } catch (error) {
    log.fatal({ err: error }, error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
    process.kill(process.pid, 'SIGTERM');
  }
}
