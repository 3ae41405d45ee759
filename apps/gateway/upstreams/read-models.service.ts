import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ProjectedPage } from '../../../contracts/projection/projection.resource.js';
import { type Query, ServiceApi } from '../../../libs/service-client/service-api.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';

/** How long a reader without a position waits for the current one, in milliseconds. */
const POSITION_TIMEOUT_MS = 1_000;

/**
 * The read models, and the current position of the log. If a service does not answer, the answer is a 503 that names it, within
 * seconds.
 */
@Injectable()
export class ReadModels implements OnApplicationShutdown {
  readonly projection: ServiceApi;
  readonly relay: ServiceApi;
  readonly saga: ServiceApi;

  constructor(@Inject(GATEWAY_SETTINGS) settings: Pick<GatewaySettings, 'PROJECTION_URL' | 'RELAY_URL' | 'SAGA_URL'>) {
    this.projection = new ServiceApi('projection', settings.PROJECTION_URL);
    this.relay = new ServiceApi('relay', settings.RELAY_URL);
    this.saga = new ServiceApi('saga', settings.SAGA_URL);
  }

  /** A page of a read model. @throws ProblemException 503 `PROJECTION_BEHIND` when it has not reached `query.at` in time. */
  async page<Item>(path: string, query: Query): Promise<ProjectedPage<Item>> {
    try {
      return await this.projection.get<ProjectedPage<Item>>(path, query);
    } catch (error) {
      if (!isBehind(error)) throw error;
      throw new ProblemException(503, 'PROJECTION_BEHIND', error.problem.detail ?? '', {}, { cause: error, retryAfter: 1 });
    }
  }

  /** The position of the log up to which all committed events are relayed; undefined if it is not known within a second. */
  committedPosition(): Promise<string | undefined> {
    return undefinedIfSlow(this.relayedPosition());
  }

  /** The same, after the saga service has published every change that Temporal shows now. */
  committedPositionWithSagas(): Promise<string | undefined> {
    return undefinedIfSlow(this.saga.post('/refresh', {}).then(() => this.relayedPosition()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.projection, this.relay, this.saga].map((api) => api.close()));
  }

  private async relayedPosition(): Promise<string> {
    return (await this.relay.get<{ sequence: string }>('/position')).sequence;
  }
}

export const isBehind = (error: unknown): error is ProblemException =>
  error instanceof ProblemException && error.problem.code === 'PROJECTION_BEHIND';

async function undefinedIfSlow(position: Promise<string>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, POSITION_TIMEOUT_MS, undefined);
  });
  try {
    return await Promise.race([position.catch(() => undefined), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
