import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { ConnectionLike } from '@temporalio/client';
import { AtShutdownModule, type Lifecycle } from '../../libs/service-kit/at-shutdown.module.js';
import { OperationsModule, type ReadinessChecks } from '../../libs/service-kit/operations.module.js';
import { ApiKeyGuard } from './auth/api-key.guard.js';
import { AUTH_POLICY, type AuthPolicy } from './auth/auth-policy.js';
import { ORIGIN_POLICY, type OriginPolicy } from './auth/origin-policy.js';
import { DocsController } from './http/openapi.js';
import { EventsModule } from './events/events.module.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from './config/gateway.settings.js';
import { Links } from './http/links.js';
import { OrdersModule } from './orders/orders.module.js';
import { ResourceCommandStarter } from './saga-start/resource-command-starter.service.js';
import { EAGER_START, SagaStarter } from './saga-start/saga-starter.service.js';
import { StartedSagas } from './saga-start/started-sagas.service.js';
import { SagasModule } from './sagas/sagas.module.js';
import { TEMPORAL_CONNECTION, TemporalService } from './temporal/temporal.service.js';
import { TripsModule } from './trips/trips.module.js';
import { UndeclaredBodyGuard, UndeclaredQueryGuard } from './http/undeclared-input.guard.js';
import { CustomersController } from './queries/customers.controller.js';
import { InventoryController } from './queries/inventory.controller.js';
import { PaymentsController } from './queries/payments.controller.js';
import { ProductsController } from './queries/products.controller.js';
import { ReservationsController } from './queries/reservations.controller.js';
import { HooksController } from './hooks/hooks.controller.js';
import { EventDeliveriesController, HookDeliveriesController } from './hooks/hook-deliveries.controller.js';
import { OperatorModule } from './operator/operator.module.js';
import { HooksService } from './upstreams/hooks.service.js';
import { ParticipantsService } from './upstreams/participants.service.js';
import { ReadModels } from './upstreams/read-models.service.js';

export interface GatewayModuleOptions {
  settings: GatewaySettings;
  auth: AuthPolicy;
  origins: OriginPolicy;
  temporal: ConnectionLike;
  /** Whether a worker in this process, on the same connection, may get the first task of a saga directly. */
  eagerStart: boolean;
  readiness: ReadinessChecks;
  lifecycle: Lifecycle;
}

/** The services that every module uses: the clients of Temporal and of the services behind the gateway, and the start of sagas. */
const sharedServices = [
  TemporalService,
  ParticipantsService,
  ReadModels,
  HooksService,
  Links,
  SagaStarter,
  ResourceCommandStarter,
  StartedSagas,
];

/**
 * The public API. What has providers of its own is a module. Everything else is a controller here. The process that opened the
 * connection to Temporal also closes it.
 */
@Global()
@Module({})
export class GatewayModule {
  static register({ settings, auth, origins, temporal, eagerStart, readiness, lifecycle }: GatewayModuleOptions): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        OperationsModule.register({
          inject: [TemporalService],
          useFactory: (service: TemporalService): ReadinessChecks => ({ temporal: () => service.probe(), ...readiness }),
        }),
        AtShutdownModule.register(lifecycle),
        OrdersModule,
        TripsModule,
        SagasModule,
        EventsModule,
        OperatorModule,
      ],
      controllers: [
        DocsController,
        ProductsController,
        CustomersController,
        InventoryController,
        ReservationsController,
        PaymentsController,
        HooksController,
        HookDeliveriesController,
        EventDeliveriesController,
      ],
      providers: [
        { provide: GATEWAY_SETTINGS, useValue: settings },
        { provide: AUTH_POLICY, useValue: auth },
        { provide: ORIGIN_POLICY, useValue: origins },
        { provide: APP_GUARD, useClass: ApiKeyGuard },
        { provide: APP_GUARD, useClass: UndeclaredQueryGuard },
        { provide: APP_GUARD, useClass: UndeclaredBodyGuard },
        { provide: TEMPORAL_CONNECTION, useValue: temporal },
        { provide: EAGER_START, useValue: eagerStart },
        ...sharedServices,
      ],
      exports: [GATEWAY_SETTINGS, AUTH_POLICY, ORIGIN_POLICY, ...sharedServices],
    };
  }
}
