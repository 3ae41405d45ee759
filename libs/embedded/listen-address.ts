import type { EmbeddedSettings } from './embedded-settings.js';
import type { ProcessDeclaration } from './processes.js';

export interface ListenAddress {
  host: string;
  port: number;
  /** The URL for callers on this machine, without a slash at the end. */
  url: string;
  /** The setting of the host. */
  hostSetting: string;
  /** Another value of its setting, to suggest if the port is taken. */
  alternative: string;
}

/** Services that take commands without an API key listen on this machine only. HOST concerns the API alone. */
const INSIDE = '127.0.0.1';

/** Where a process listens: the gateway on HOST, services with a URL setting at that URL, other processes on loopback. */
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
