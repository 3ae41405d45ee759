import { mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { DataFolder } from '../../libs/embedded/data-folder.js';
import { freePorts } from '../../libs/embedded/embedded-settings.js';
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
      ...freePorts,
      LOG_LEVEL: 'warn',
    },
  });
  const stop = async () => {
    await system.stop();
    new DataFolder(dataDir).remove();
  };
  return { system, dataDir, stop };
}
