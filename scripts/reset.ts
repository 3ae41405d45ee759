import { existsSync, rmSync } from 'node:fs';
import { readSettings } from '../libs/config/settings.js';
import { DataFolder } from '../libs/embedded/data-folder.js';
import { PidFile } from '../libs/embedded/pid-file.js';

/**
 * Deletes all that the embedded default keeps: databases, Temporal's runs, logs. What a killed start has left running is stopped
 * before.
 *
 * @throws EmbeddedSystemError when the system is running.
 */
export async function reset(log: (line: string) => void): Promise<void> {
  const data = new DataFolder(readSettings('DATA_DIR').DATA_DIR);
  await PidFile.claim(data.pidFile, log);
  const present = data.everything.filter((each) => existsSync(each));
  for (const each of present) rmSync(each, { recursive: true, force: true });
  log(`reset: ${data.path} holds no data any more`);
}
