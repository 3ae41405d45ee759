import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ConnectionLike } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Lifecycle } from '../../libs/service-kit/at-shutdown.module.js';
import type { ReadinessChecks } from '../../libs/service-kit/operations.module.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { authPolicy } from './auth/auth-policy.js';
import { crossOrigin } from './auth/cross-origin.middleware.js';
import { OriginPolicy } from './auth/origin-policy.js';
import { GatewayModule } from './gateway.module.js';
import type { GatewaySettings } from './config/gateway.settings.js';
import { serveOpenApi } from './http/openapi.js';

export interface GatewayOptions {
  /** The caller owns it and closes it after the gateway, in `lifecycle.close`. */
  temporal: ConnectionLike;
  /**
   * Whether a worker in this process polls over the same `NativeConnection`. Then it may get the first task of a saga directly.
   */
  eagerStart: boolean;
  settings: GatewaySettings;
  log: Logger;
  /** Further readiness checks, besides Temporal. */
  readiness?: ReadinessChecks;
  /** Shut down together with the gateway: a worker in the same process, and the connection. */
  lifecycle?: Lifecycle;
}

/**
 * Starts the public API. It starts without Temporal and participants. Routes that need them answer 503 until they are available.
 * @throws Error when the settings would open the API to a network without keys, or the port is taken.
 */
export async function startGateway({
  temporal,
  eagerStart,
  settings,
  log,
  readiness = {},
  lifecycle = {},
}: GatewayOptions): Promise<NestExpressApplication> {
  const auth = authPolicy(settings);
  const origins = new OriginPolicy(settings, auth.required);
  const module = GatewayModule.register({ settings, auth, origins, temporal, eagerStart, readiness, lifecycle });
  return startService({
    module,
    log,
    host: settings.HOST,
    port: settings.PORT,
    middleware: crossOrigin(origins),
    configure: serveOpenApi,
  });
}
