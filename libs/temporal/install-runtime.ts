import { Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

/** Leaves signals to the application and sends the SDK's own warnings to the log. Once a process, before any connection. */
export function installRuntime(log: Logger): void {
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: (level, message, meta) => (level === 'ERROR' ? log.error({ ...meta }, message) : log.debug({ ...meta }, message)),
      trace: () => {},
      debug: () => {},
      info: (message, meta) => log.debug({ ...meta }, message),
      warn: (message, meta) => log.warn({ ...meta }, message),
      error: (message, meta) => log.error({ ...meta }, message),
    },
  });
}
