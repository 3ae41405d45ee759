import { isLoopback } from '../config/is-loopback.js';
import { listenerUrlSettings } from '../config/listener-url.js';
import { participantUrlSettings } from '../config/participant-url.js';
import { type Environment, environmentWith, type Settings } from '../config/settings.js';
import { serviceUrl } from '../database/service-url.js';
import type { EmbeddedSettings } from './embedded-settings.js';
import { type ListenAddress, listenAddress } from './listen-address.js';
import type { ProcessDeclaration } from './processes.js';

export interface AppEnvironmentOptions {
  /** The settings that override the environment in this system. */
  given: Partial<Settings>;
  settings: EmbeddedSettings;
  databaseAdminUrl: string;
  temporalAddress: string;
  /** For the secrets of hooks, unless the user has a key. */
  hooksSecretKey: string;
}

/**
 * The environment of a process: what the user has set, and where this system has put things. Who owns a schema gets the database
 * as its own role; no process gets the administrator's address.
 */
export function appEnvironment(
  declaration: ProcessDeclaration,
  address: ListenAddress,
  options: AppEnvironmentOptions,
): Environment {
  const { given, settings, databaseAdminUrl, temporalAddress, hooksSecretKey } = options;
  const asked = environmentWith(given);
  return {
    ...asked,
    CHAOS: asked['CHAOS'] ?? String(asked['NODE_ENV'] !== 'production'),
    HOOKS_ALLOW_PRIVATE: asked['HOOKS_ALLOW_PRIVATE'] ?? String(asked['NODE_ENV'] !== 'production' && isLoopback(settings.HOST)),
    SETTLE_LOST_SAGAS: asked['SETTLE_LOST_SAGAS'] ?? 'on',
    SETTLE_SWEEP_MS: asked['SETTLE_SWEEP_MS'] ?? '15000',
    // Only the owner of a key receives it.
    HOOKS_SECRET_KEY: declaration.owns === 'hooks' ? (asked['HOOKS_SECRET_KEY'] ?? hooksSecretKey) : '',
    HOOKS_OLD_SECRET_KEYS: declaration.owns === 'hooks' ? (asked['HOOKS_OLD_SECRET_KEYS'] ?? '') : '',
    ...Object.fromEntries([...participantUrlSettings, ...listenerUrlSettings].map((name) => [name, settings[name]])),
    RELAY_URL: listenAddress({ listensOn: 'RELAY_PORT' }, settings).url,
    SAGA_URL: listenAddress({ listensOn: 'SAGA_PORT' }, settings).url,
    PUBLIC_URL: asked['PUBLIC_URL'] ?? `http://127.0.0.1:${settings.PORT}`,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_UI_URL: temporalUiUrl(given, settings),
    ...(settings.TEMPORAL_ADDRESS ? {} : { TEMPORAL_TLS: 'false', TEMPORAL_API_KEY: '' }), // these belong to another server
    // Empty means not set, so that the process does not read the user's value from .env.
    DATABASE_URL: declaration.owns ? serviceUrl(databaseAdminUrl, declaration.owns, settings.DATABASE_ROLE_PASSWORD) : '',
    DATABASE_ROLE_PASSWORD: '',
    HOST: address.host,
    [declaration.listensOn.endsWith('_PORT') ? declaration.listensOn : 'PORT']: String(address.port),
  };
}

/** The address of the Temporal UI: the user's setting, else the embedded server's. */
export const temporalUiUrl = (given: Partial<Settings>, settings: EmbeddedSettings): string =>
  environmentWith(given)['TEMPORAL_UI_URL'] ?? `http://127.0.0.1:${settings.EMBEDDED_TEMPORAL_UI_PORT}`;
