import { Runtime } from '@temporalio/worker';

/** Silences Temporal's own logs: a replay that fails is a result here, and reports say it. Once a process, before any replay. */
export function quietRuntime(): void {
  const quiet = () => {};
  Runtime.install({
    shutdownSignals: [],
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
}
