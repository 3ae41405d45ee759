import { listenerUrlSettings } from '../config/listener-url.js';
import { participantUrlSettings } from '../config/participant-url.js';
import { environmentWith, settingNames, type Settings, settingsIn } from '../config/settings.js';
import { freePort } from './free-port.js';
import { requireOwnHost } from './port-check.js';

const names = [
  'HOST',
  'PORT',
  'WORKER_PORT',
  'RELAY_PORT',
  'SAGA_PORT',
  ...participantUrlSettings,
  ...listenerUrlSettings,
  'NODE_ENV',
  'SMTP_URL',
  'DATABASE_URL',
  'DATABASE_ROLE_PASSWORD',
  'OUTBOX_NOTIFY',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_API_KEY',
  'TEMPORAL_TLS',
  'DATA_DIR',
  'EMBEDDED_POSTGRES_PORT',
  'EMBEDDED_TEMPORAL_PORT',
  'EMBEDDED_TEMPORAL_UI_PORT',
] as const satisfies (keyof Settings)[];

/** The settings of the embedded system itself. It passes other settings to the processes. */
export type EmbeddedSettings = Pick<Settings, (typeof names)[number]>;

const ports = [
  'PORT',
  'WORKER_PORT',
  'RELAY_PORT',
  'SAGA_PORT',
  'EMBEDDED_POSTGRES_PORT',
  'EMBEDDED_TEMPORAL_PORT',
  'EMBEDDED_TEMPORAL_UI_PORT',
] as const;

/** Settings that let every process and server of a system listen on a free port. */
export const freePorts: Partial<Settings> = Object.fromEntries<unknown>([
  ...ports.map((name) => [name, 0] as const),
  ...[...participantUrlSettings, ...listenerUrlSettings].map((name) => [name, 'http://127.0.0.1:0'] as const),
]);

/**
 * Reads the settings. The given ones win. A port of 0, also in a URL, becomes a free port.
 * @throws EmbeddedSystemError if HOST is not an address of this machine. InvalidSettingsError for a wrong setting of any process, so that
 *   no start fails half-way.
 */
export async function embeddedSettings(given: Partial<Settings>): Promise<EmbeddedSettings> {
  const environment = environmentWith(given);
  // Before what HOST asks for: a name with a slip in it is no reason to set API_KEYS.
  await requireOwnHost(settingsIn(environment, 'HOST').HOST);
  settingsIn(environment, ...settingNames);
  const settings: EmbeddedSettings = settingsIn(environment, ...names);
  for (const name of ports) settings[name] ||= await freePort();
  for (const name of [...participantUrlSettings, ...listenerUrlSettings]) {
    const url = new URL(settings[name]);
    if (url.port === '0') url.port = String(await freePort());
    settings[name] = url.origin;
  }
  return settings;
}
