import type { EmbeddedSettings } from './embedded-settings.js';
import type { ProcessDeclaration } from './processes.js';

export interface ListenAddress {
  host: string;
  port: number;
  /** Where callers on this machine reach it, without a slash at the end. */
  url: string;
  /** The setting that says which host. */
  hostSetting: string;
  /** A value of its setting that would move it, for whoever finds the port taken. */
  alternative: string;
}

/** HOST opens the API, which asks for keys then. What asks nobody for a key, and takes commands, is for this machine alone. */
const INSIDE = '127.0.0.1';

/** Where a process listens: the gateway on HOST, what others call where they call it, the rest on loopback and a port of its own. */
export function listenAddress({ listensOn }: Pick<ProcessDeclaration, 'listensOn'>, settings: EmbeddedSettings): ListenAddress {
  const value = settings[listensOn];
  if (typeof value === 'number') {
    const HOST = listensOn === 'PORT' ? settings.HOST : INSIDE;
    const local = { '0.0.0.0': '127.0.0.1', '::': '::1' }[HOST] ?? HOST;
    return {
      host: HOST,
      port: value,
      hostSetting: listensOn === 'PORT' ? 'HOST' : listensOn,
      url: `http://${local.includes(':') ? `[${local}]` : local}:${value}`,
      alternative: String(value + 100),
    };
  }
  const url = new URL(value);
  const port = Number(url.port || 80);
  const moved = new URL(url);
  moved.port = String(port + 100);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    hostSetting: listensOn,
    url: url.origin,
    alternative: moved.origin,
  };
}
