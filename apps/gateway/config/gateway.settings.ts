import { participantUrlSettings } from '../../../libs/config/participant-url.js';
import { sagaPolicySettings } from '../../../libs/config/saga-policy.js';
import type { Settings } from '../../../libs/config/settings.js';

/** The settings of the gateway. The process that starts it passes the values in. */
export const gatewaySettingNames = [
  'NODE_ENV',
  'HOST',
  'PORT',
  'PUBLIC_URL',
  'AUTH',
  'API_KEYS',
  'CORS_ORIGINS',
  'CHAOS',
  ...participantUrlSettings,
  'HOOKS_URL',
  'NOTIFICATION_URL',
  'PROJECTION_URL',
  'RELAY_URL',
  'SAGA_URL',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_TASK_QUEUE',
  'TEMPORAL_UI_URL',
  ...sagaPolicySettings,
  'APPROVAL_WITHIN_MS',
] as const satisfies (keyof Settings)[];

export type GatewaySettings = Pick<Settings, (typeof gatewaySettingNames)[number]>;

export const GATEWAY_SETTINGS = Symbol('GATEWAY_SETTINGS');
