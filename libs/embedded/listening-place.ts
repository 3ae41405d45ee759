import type { EmbeddedSettings } from './embedded-settings.js';
import type { ProcessDeclaration } from './processes.js';

export interface ListeningPlace {
  host: string;
  port: number;
  /** Where callers on this machine reach it, without a slash at the end. */
  url: string;
  /** A value of its setting that would move it, for whoever finds the port taken. */
  instead: string;
}

/** Where a process listens: participants where others call them, gateway and worker on HOST and a port of their own. */
export function listeningPlace({ listensOn }: Pick<ProcessDeclaration, 'listensOn'>, settings: EmbeddedSettings): ListeningPlace {
  const value = settings[listensOn];
  if (typeof value === 'number') {
    const { HOST } = settings;
    const local = { '0.0.0.0': '127.0.0.1', '::': '::1' }[HOST] ?? HOST;
    return {
      host: HOST,
      port: value,
      url: `http://${local.includes(':') ? `[${local}]` : local}:${value}`,
      instead: String(value + 100),
    };
  }
  const url = new URL(value);
  const port = Number(url.port || 80);
  const elsewhere = new URL(url);
  elsewhere.port = String(port + 100);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, url: url.origin, instead: elsewhere.origin };
}
