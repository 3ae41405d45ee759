import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One history of the corpus; the file is named `<workflow>.<scenario>.<release>.json`. */
export interface RecordedHistory {
  name: string;
  history: unknown;
}

/** Every history of a folder. @throws when there is none: a replay test over nothing proves nothing. */
export function loadHistories(folder: string): RecordedHistory[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
  if (files.length === 0) throw new Error(`There are no histories in ${folder}: a replay test over nothing proves nothing.`);
  return files.sort().map((file) => ({
    name: file.slice(0, -'.json'.length),
    history: JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as unknown,
  }));
}
