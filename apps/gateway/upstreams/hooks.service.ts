import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { ServiceApi } from '../../../libs/service-client/service-api.js';
import type { CommandHeaders } from '../http/command-headers.decorator.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';

/** The client of the hooks service. If the service is unavailable, the answer is a 503 that names it, within seconds. */
@Injectable()
export class HooksService implements OnApplicationShutdown {
  readonly api: ServiceApi;

  constructor(@Inject(GATEWAY_SETTINGS) { HOOKS_URL }: Pick<GatewaySettings, 'HOOKS_URL'>) {
    this.api = new ServiceApi('hooks', HOOKS_URL);
  }

  /** Sends a command with the idempotency key of the caller. Two callers with the same key do not share answers. */
  command<Resource>(path: string, body: unknown, { caller, idempotencyKey }: CommandHeaders): Promise<Resource> {
    const by = { 'x-caller': caller };
    if (idempotencyKey === undefined) return this.api.post(path, body, by);
    const key = createHash('sha256').update(`${caller}\0${idempotencyKey}`).digest('base64url');
    return this.api.post(path, body, { ...by, 'idempotency-key': key });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.api.close();
  }
}
