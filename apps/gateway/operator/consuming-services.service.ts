import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ServiceApi } from '../../../libs/service-client/service-api.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';
import { ReadModels } from '../upstreams/read-models.service.js';

/** The services with an inbox. Each of them has the route `/dead-letters`. A new service needs a line here. */
@Injectable()
export class ConsumingServices implements OnApplicationShutdown {
  private readonly notification: ServiceApi;
  /** In order of name. */
  readonly all: readonly (readonly [string, ServiceApi])[];

  constructor(
    { projection, saga }: ReadModels,
    @Inject(GATEWAY_SETTINGS) { NOTIFICATION_URL }: Pick<GatewaySettings, 'NOTIFICATION_URL'>,
  ) {
    this.notification = new ServiceApi('notification', NOTIFICATION_URL);
    this.all = [
      ['notification', this.notification],
      ['projection', projection],
      ['saga', saga],
    ];
  }

  onApplicationShutdown(): Promise<void> {
    return this.notification.close();
  }

  /** @throws ProblemException 404 `SERVICE_NOT_FOUND`. */
  of(service: string): ServiceApi {
    const found = this.all.find(([name]) => name === service);
    if (found) return found[1];
    const known = this.all.map(([name]) => name).join(', ');
    throw new ProblemException(404, 'SERVICE_NOT_FOUND', `No service of that name consumes events. The services are ${known}.`);
  }
}
