import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { ConnectionLike } from '@temporalio/client';
import { AtShutdownModule, type Lifecycle } from '../../libs/service-kit/at-shutdown.module.js';
import { OperationsModule, type ReadinessChecks } from '../../libs/service-kit/operations.module.js';
import { ApiKeyGuard } from './auth/api-key.guard.js';
import { AUTH_POLICY, type AuthPolicy } from './auth/auth-policy.js';
import { ORIGIN_POLICY, type OriginPolicy } from './auth/origin-policy.js';
import { CustomersModule } from './customers/customers.module.js';
import { DeadLettersModule } from './dead-letters/dead-letters.module.js';
import { DocsController } from './http/docs.controller.js';
import { EventsModule } from './events/events.module.js';
import { EventTypesModule } from './event-types/event-types.module.js';
import { FaultsModule } from './faults/faults.module.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from './config/gateway.settings.js';
import { HooksModule } from './hooks/hooks.module.js';
import { InventoryModule } from './inventory/inventory.module.js';
import { LeaksModule } from './leaks/leaks.module.js';
import { Links } from './http/links.js';
import { OrdersModule } from './orders/orders.module.js';
import { ParticipantsModule } from './participants/participants.module.js';
import { PaymentsModule } from './payments/payments.module.js';
import { ProductsModule } from './products/products.module.js';
import { ReadModelsModule } from './read-models/read-models.module.js';
import { ReservationsModule } from './reservations/reservations.module.js';
import { SagaStartModule } from './saga-start/saga-start.module.js';
import { SagasModule } from './sagas/sagas.module.js';
import { TemporalModule } from './temporal/temporal.module.js';
import { TemporalService } from './temporal/temporal.service.js';
import { TripsModule } from './trips/trips.module.js';
import { UndeclaredBodyGuard } from './http/undeclared-body.guard.js';
import { UndeclaredQueryGuard } from './http/undeclared-query.guard.js';

export interface GatewayModuleOptions {
  settings: GatewaySettings;
  auth: AuthPolicy;
  origins: OriginPolicy;
  temporal: ConnectionLike;
  eagerStart: boolean;
  readiness: ReadinessChecks;
  lifecycle: Lifecycle;
}

/** The public API: one module a resource, with the settings and links that all of them share. */
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
        TemporalModule.register(temporal),
        ParticipantsModule,
        ReadModelsModule,
        SagaStartModule.register(eagerStart),
        OrdersModule,
        ProductsModule,
        CustomersModule,
        TripsModule,
        InventoryModule,
        ReservationsModule,
        PaymentsModule,
        SagasModule,
        EventTypesModule,
        HooksModule,
        FaultsModule,
        EventsModule,
        DeadLettersModule,
        LeaksModule,
      ],
      controllers: [DocsController],
      providers: [
        { provide: GATEWAY_SETTINGS, useValue: settings },
        { provide: AUTH_POLICY, useValue: auth },
        { provide: ORIGIN_POLICY, useValue: origins },
        { provide: APP_GUARD, useClass: ApiKeyGuard },
        { provide: APP_GUARD, useClass: UndeclaredQueryGuard },
        { provide: APP_GUARD, useClass: UndeclaredBodyGuard },
        Links,
      ],
      exports: [GATEWAY_SETTINGS, AUTH_POLICY, ORIGIN_POLICY, Links],
    };
  }
}
