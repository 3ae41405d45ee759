import { readSettings } from './settings.js';

let known: string | undefined;

/** A path of the API as consumers reach it. The setting is read once: what a process writes must not differ from one event to the next. */
export function publicUrl(path: string): string {
  known ??= readSettings('PUBLIC_URL').PUBLIC_URL.replace(/\/+$/, '');
  return `${known}${path}`;
}
