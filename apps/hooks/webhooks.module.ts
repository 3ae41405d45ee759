import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { AtShutdownModule } from '../../libs/service-kit/at-shutdown.module.js';
import { systemClock } from '../../libs/service-kit/clock.js';
import { DeliveryLoops } from './delivery/delivery-loops.service.js';
import { observeQueue } from './delivery/delivery-metrics.js';
import { DeliveryWorker } from './delivery/delivery-worker.js';
import { FanOut } from './delivery/fan-out.js';
import { Recoveries } from './delivery/recoveries.js';
import { Sweeper } from './delivery/sweeper.js';
import { EgressGuard } from './egress/egress-guard.js';
import { closeConnections, hookConnections } from './egress/guarded-agent.js';
import { IdempotencyKeys } from './endpoints/idempotency-keys.js';
import { DeliveriesController } from './endpoints/deliveries.controller.js';
import { DeliveriesService } from './endpoints/deliveries.service.js';
import { EndpointSecrets } from './endpoints/endpoint-secrets.js';
import { EndpointsService } from './endpoints/endpoints.service.js';
import { HooksController, VersionPinsController } from './endpoints/hooks.controller.js';
import { KeyRotation } from './endpoints/key-rotation.js';
import { pinNewTypes } from './endpoints/pin-new-types.js';
import { RecoveryRequests } from './endpoints/recovery-requests.js';
import { SecretBox } from './endpoints/secret-box.js';
import type { HooksOptions } from './hooks.options.js';

/** Webhooks: the endpoints, their deliveries, and the loops that send them. */
@Module({})
export class WebhooksModule {
  /** @throws Error when the key for the secrets is invalid. */
  static register({
    database,
    secretKey,
    oldSecretKeys,
    hooksPerKey,
    allowLoopback,
    internalPorts = new Set(),
    workerName,
    retention,
    clock = systemClock,
    resolveHost,
  }: HooksOptions): DynamicModule {
    const box = new SecretBox(secretKey, oldSecretKeys);
    const secrets = new EndpointSecrets(box);
    const keys = new IdempotencyKeys(database, box);
    const guard = new EgressGuard({ allowLoopback, internalPorts }, resolveHost);
    const endpoints = new EndpointsService(database, guard, secrets, keys, clock, hooksPerKey);
    const connections = hookConnections(guard);
    const log = new Logger('Deliveries');
    const onError = (error: unknown) => log.warn(error);
    const worker = new DeliveryWorker({ database, secrets, connections, clock, name: workerName, onError });
    const fanOut = new FanOut(database, clock);
    const rotation = new KeyRotation(database, box, (text) => log.log(text));
    observeQueue(database, rotation);
    const loops = new DeliveryLoops({
      fanOut,
      worker,
      sweeper: new Sweeper(database, clock, retention),
      recoveries: new Recoveries(database, clock),
      rotation,
      database: database.options,
      prepare: () => Promise.all([rotation.requireKeys(), pinNewTypes(database), fanOut.prepare()]),
    });
    return {
      module: WebhooksModule,
      imports: [AtShutdownModule.register({ close: () => closeConnections(connections) })],
      controllers: [HooksController, DeliveriesController, VersionPinsController],
      providers: [
        { provide: EndpointsService, useValue: endpoints },
        { provide: RecoveryRequests, useValue: new RecoveryRequests(database, endpoints, keys, clock) },
        { provide: DeliveriesService, useValue: new DeliveriesService(database, endpoints, keys, clock) },
        { provide: DeliveryLoops, useValue: loops },
      ],
    };
  }
}
