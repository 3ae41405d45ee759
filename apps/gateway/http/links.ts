import { Inject, Injectable } from '@nestjs/common';
import type { CommandLinks } from '../../../contracts/values/command-links.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';

/** The links of resources: paths for the API, URLs for the Temporal UI. */
@Injectable()
export class Links {
  constructor(
    @Inject(GATEWAY_SETTINGS) private readonly settings: Pick<GatewaySettings, 'TEMPORAL_UI_URL' | 'TEMPORAL_NAMESPACE'>,
  ) {}

  order(orderId: string): string {
    return `/v1/orders/${orderId}`;
  }

  trip(tripId: string): string {
    return `/v1/trips/${tripId}`;
  }

  /** The resource of a saga, from its id: `cancel-trip:<tripId>:<n>`. Undefined if the API has no such resource. */
  resource(sagaId: string): string | undefined {
    const [, aggregateType, businessId] = /^[a-z-]*-(order|trip):([^:]+)/.exec(sagaId) ?? [];
    if (businessId === undefined) return undefined;
    return aggregateType === 'order' ? this.order(businessId) : this.trip(businessId);
  }

  saga(sagaId: string): string {
    return `/v1/sagas/${sagaId}`;
  }

  /** The links of an accepted command, from the path of its resource and the run of its saga. */
  ofCommand(self: string, { sagaId, runId }: { sagaId: string; runId: string | undefined }): CommandLinks {
    return { self, saga: this.saga(sagaId), temporalUi: this.temporalUi(sagaId, runId) };
  }

  sagaHistory(sagaId: string): string {
    return `${this.saga(sagaId)}/history`;
  }

  /** One run, or all runs of a saga, in the Temporal UI. */
  temporalUi(sagaId: string, runId?: string): string {
    const { TEMPORAL_UI_URL, TEMPORAL_NAMESPACE } = this.settings;
    return `${TEMPORAL_UI_URL.replace(/\/$/, '')}/namespaces/${TEMPORAL_NAMESPACE}/workflows/${sagaId}${runId === undefined ? '' : `/${runId}/history`}`;
  }
}
