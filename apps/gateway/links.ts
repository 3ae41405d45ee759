import { Inject, Injectable } from '@nestjs/common';
import { GATEWAY_SETTINGS, type GatewaySettings } from './gateway.settings.js';

/** Where things are: our own as paths, Temporal's UI as a URL. */
@Injectable()
export class Links {
  constructor(
    @Inject(GATEWAY_SETTINGS) private readonly settings: Pick<GatewaySettings, 'TEMPORAL_UI_URL' | 'TEMPORAL_NAMESPACE'>,
  ) {}

  order(orderId: string): string {
    return `/v1/orders/${orderId}`;
  }

  saga(sagaId: string): string {
    return `/v1/sagas/${sagaId}`;
  }

  sagaHistory(sagaId: string): string {
    return `${this.saga(sagaId)}/history`;
  }

  temporalUi(sagaId: string, runId: string): string {
    const { TEMPORAL_UI_URL, TEMPORAL_NAMESPACE } = this.settings;
    return `${TEMPORAL_UI_URL.replace(/\/$/, '')}/namespaces/${TEMPORAL_NAMESPACE}/workflows/${sagaId}/${runId}/history`;
  }
}
