import { listenerUrlSettings } from '../../libs/config/listener-url.js';
import { participantUrlSettings } from '../../libs/config/participant-url.js';
import type { Settings } from '../../libs/config/settings.js';

const portSettings = ['PORT', 'WORKER_PORT', 'RELAY_PORT', 'SAGA_PORT'] as const;
const urlSettings = [
  ...participantUrlSettings,
  ...listenerUrlSettings,
  'PUBLIC_URL',
  'RELAY_URL',
  'SAGA_URL',
  'TEMPORAL_UI_URL',
  'DATABASE_URL',
  'SMTP_URL',
  'NATS_URL',
] as const;

/** The settings with the addresses of the processes of this installation. */
export const internalPortSettings = [...portSettings, ...urlSettings, 'TEMPORAL_ADDRESS', 'KAFKA_BROKERS'] as const;

const defaultPorts: Record<string, number> = { 'http:': 80, 'https:': 443, 'postgres:': 5432, 'postgresql:': 5432 };

/** The ports of the processes of this installation, as far as the settings name them. */
export function internalPorts(settings: Pick<Settings, (typeof internalPortSettings)[number]>): Set<number> {
  const urls = urlSettings.flatMap((name) => (settings[name] && URL.canParse(settings[name]) ? [new URL(settings[name])] : []));
  const addresses = [settings.TEMPORAL_ADDRESS, ...settings.KAFKA_BROKERS.split(',')];
  return new Set([
    ...portSettings.map((name) => settings[name]),
    ...urls.map(({ port, protocol }) => Number(port) || (defaultPorts[protocol] ?? 0)),
    ...addresses.map((address) => Number(address?.split(':').at(-1) ?? 0)),
  ]);
}
