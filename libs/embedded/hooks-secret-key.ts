import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { DataFolder } from './data-folder.js';

/** The key of this data folder for the secrets of hooks: made the first time, completely or not at all, and kept for whoever owns the folder. */
export function hooksSecretKey(data: DataFolder): string {
  const file = data.hooksSecretKey;
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, randomBytes(32).toString('base64'), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return readFileSync(file, 'utf8').trim();
}
