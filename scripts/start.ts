import { startEmbeddedSystem, type EmbeddedSystem } from '../libs/embedded/embedded-system.js';

/**
 * Starts the whole system and keeps it running until `signal` aborts, then stops it in order.
 *
 * @throws EmbeddedSystemError if it cannot be started or has failed; the signal's reason if it aborts during the start. Nothing is left
 *   running.
 */
export async function run(log: (line: string) => void, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const system = await startEmbeddedSystem({ log, signal });
  log(readyLine(system, (performance.now() - startedAt) / 1000));
  const stopAsked = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
  const failure = await Promise.race([stopAsked, system.failure]);
  await system.stop();
  if (failure) throw failure;
}

function readyLine({ addresses }: EmbeddedSystem, seconds: number): string {
  const { gateway, mailbox, temporal, temporalUi, databaseAdmin } = addresses;
  const parts = [
    `REST API ${gateway}`,
    `docs ${gateway}/docs`,
    ...(mailbox ? [`mailbox ${mailbox}`] : []),
    `Temporal UI ${temporalUi}`,
    `Temporal ${temporal}`,
    `PostgreSQL ${new URL(databaseAdmin).host}`, // without the credentials
  ];
  return `ready in ${seconds.toFixed(1)} s: ${parts.join(', ')} (Ctrl-C stops it)`;
}
