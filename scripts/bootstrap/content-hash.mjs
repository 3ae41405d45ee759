import { createHash } from 'crypto';
import fs from 'fs';
import path from 'path';

/**
 * One hash over names and contents of files, and of those in folders that `takes` accepts. What is missing counts as empty.
 *
 * @param {string} root what the paths are relative to
 * @param {string[]} paths files and folders
 * @param {(name: string) => boolean} takes asked for each file in a folder
 * @returns {string}
 */
export function contentHash(root, paths, takes) {
  const hash = createHash('sha256');
  const add = (relative) =>
    hash
      .update(`${relative}\0`)
      .update(fs.readFileSync(path.join(root, relative)))
      .update('\0');
  const walk = (relative) => {
    const entries = fs.readdirSync(path.join(root, relative), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const child = `${relative}/${entry.name}`;
      if (entry.isDirectory()) walk(child);
      else if (takes(entry.name)) add(child);
    }
  };
  for (const relative of paths) {
    const at = path.join(root, relative);
    if (!fs.existsSync(at)) continue;
    if (fs.statSync(at).isDirectory()) walk(relative);
    else add(relative);
  }
  return hash.digest('hex');
}
