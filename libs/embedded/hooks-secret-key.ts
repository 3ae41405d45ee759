import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { DataFolder } from './data-folder.js';

/** The data folder's key for the secrets of hooks. The first call creates it atomically. Only the folder's owner can read it. */
export function hooksSecretKey(data: DataFolder): string {
  const file = data.hooksSecretKey;
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, randomBytes(32).toString('base64'), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return readFileSync(file, 'utf8').trim();
}
