import type { NestExpressApplication } from '@nestjs/platform-express';
import { Connection } from '@temporalio/client';
import { pino } from 'pino';
import { gatewaySettingNames, type GatewaySettings } from '../../apps/gateway/config/gateway.settings.js';
import { startGateway } from '../../apps/gateway/start-gateway.js';
import { participantNames } from '../../contracts/participant/participants.js';
import { urlSettingOf } from '../../libs/config/participant-url.js';
import { readSettings } from '../../libs/config/settings.js';
import { system } from './system.js';

/** An address without a listener. */
export const unreachableAddress = '127.0.0.1:1';

export interface GatewayHarness {
  url: string;
  close(): Promise<void>;
}

interface Options extends Partial<GatewaySettings> {
  temporalAddress?: string;
}

/** A second gateway in this process, for tests with other settings or with unreachable services. */
export async function startTestGateway({
  temporalAddress = system().temporalAddress,
  ...settings
}: Options = {}): Promise<GatewayHarness> {
  // Never closed: the SDK's retries on a closed connection are uncaught errors. It ends with the process that runs the test.
  const temporal = Connection.lazy({ address: temporalAddress });
  const app: NestExpressApplication = await startGateway({
    temporal,
    eagerStart: false,
    settings: {
      ...readSettings(...gatewaySettingNames),
      ...Object.fromEntries(participantNames.map((name) => [urlSettingOf(name), system()[`${name}Url`]])),
      HOOKS_URL: system().hooksUrl,
      NOTIFICATION_URL: system().notificationUrl,
      PROJECTION_URL: system().projectionUrl,
      RELAY_URL: system().relayUrl,
      SAGA_URL: system().sagaUrl,
      PORT: 0,
      ...settings,
    },
    log: pino({ level: 'silent' }),
  });
  return { url: (await app.getUrl()).replace('[::1]', '127.0.0.1'), close: () => app.close() };
}
