import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { HooksAppModule } from '../../apps/hooks/hooks-app.module.js';
import { type FeedSettings, feedSettingNames } from '../../apps/hooks/feeds/feed-settings.js';
import { readSettings } from '../../libs/config/settings.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { databaseProblem } from '../../libs/database/database-failure.js';
import { startService } from '../../libs/service-kit/start-service.js';

export interface HooksServiceHarness {
  url: string;
  close(): Promise<void>;
}

/** A hooks service in this process, over a log of the test's own and with settings of its own. */
export async function startHooksService(
  databaseUrl: string,
  settings: Partial<FeedSettings> = {},
  port = 0,
): Promise<HooksServiceHarness> {
  const database = servicePool(databaseUrl, 'hooks', 10);
  const app = await startService({
    module: HooksAppModule.register(
      {
        database,
        secretKey: randomBytes(32).toString('base64'),
        allowLoopback: true,
        retention: { deliveriesMs: 86_400_000, commandsMs: 86_400_000 },
        workerName: 'feeds',
      },
      { ...readSettings(...feedSettingNames), ...settings },
    ),
    log: pino({ level: 'silent' }),
    host: '127.0.0.1',
    port,
    translate: databaseProblem,
  });
  return { url: await app.getUrl(), close: () => app.close() };
}
