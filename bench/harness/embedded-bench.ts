import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { listenerUrlSettings } from '../../libs/config/listener-url.js';
import { participantUrlSettings } from '../../libs/config/participant-url.js';
import { type EmbeddedSystem, startEmbeddedSystem } from '../../libs/embedded/embedded-system.js';

/**
 * Starts the whole system for a benchmark, on free ports and in a new data folder.
 * @returns `stop` stops the system and removes the folder.
 */
export async function startEmbeddedBench(
  log: (line: string) => void,
): Promise<{ system: EmbeddedSystem; dataDir: string; stop: () => Promise<void> }> {
  mkdirSync('.roundtrip', { recursive: true });
  const dataDir = mkdtempSync(path.resolve('.roundtrip', 'bench-'));
  const system = await startEmbeddedSystem({
    log,
    settings: {
      DATA_DIR: dataDir,
      PORT: 0,
      RELAY_PORT: 0,
      SAGA_PORT: 0,
      ...Object.fromEntries([...participantUrlSettings, ...listenerUrlSettings].map((name) => [name, 'http://127.0.0.1:0'])),
      EMBEDDED_POSTGRES_PORT: 0,
      EMBEDDED_TEMPORAL_PORT: 0,
      EMBEDDED_TEMPORAL_UI_PORT: 0,
      LOG_LEVEL: 'warn',
    },
  });
  const stop = async () => {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { system, dataDir, stop };
}
