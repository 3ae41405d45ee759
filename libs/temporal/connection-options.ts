import type { Settings } from '../config/settings.js';

/** The connection settings of Temporal. A dev server, a cluster and Temporal Cloud differ only in these settings. */
export type TemporalSettings = Pick<Settings, 'TEMPORAL_ADDRESS' | 'TEMPORAL_NAMESPACE' | 'TEMPORAL_API_KEY' | 'TEMPORAL_TLS'>;

/** The names of the settings above, for `readSettings`. */
export const temporalSettingNames = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_API_KEY', 'TEMPORAL_TLS'] as const;

/** Connection options for the client's and the worker's connection alike. */
export function connectionOptions({ TEMPORAL_ADDRESS, TEMPORAL_API_KEY, TEMPORAL_TLS }: TemporalSettings) {
  return {
    address: TEMPORAL_ADDRESS ?? '127.0.0.1:7233',
    ...(TEMPORAL_TLS ? { tls: true } : {}),
    ...(TEMPORAL_API_KEY === undefined ? {} : { apiKey: TEMPORAL_API_KEY }),
  };
}
