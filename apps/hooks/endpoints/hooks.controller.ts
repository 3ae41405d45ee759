import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { IdempotencyKey } from '../../../contracts/idempotency-key.js';
import {
  ChangeHook,
  CreateHook,
  type Delivery,
  type DeliveryDetail,
  deliveryStates,
  type Hook,
  type HookCreated,
  RecoverHook,
  type Recovery,
  RotateSecret,
  type SecretRotated,
} from '../../../contracts/hook.resource.js';
import { type Page, pageQuery } from '../../../contracts/page.js';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import { parseHeader } from '../../../libs/service-kit/parse-header.js';
import type { KeyedCommand } from './command-keys.js';
import { DeliveriesService, type DeliveryFilter } from './deliveries.service.js';
import { EndpointsService } from './endpoints.service.js';

const HookListQuery = z.strictObject(pageQuery);
const DeliveryListQuery = z.strictObject({ state: z.enum(deliveryStates).optional(), ...pageQuery });

/** The hooks service's own routes; the gateway has the public ones in front of them. */
@Controller('hooks')
export class HooksController {
  constructor(
    @Inject(EndpointsService) private readonly endpoints: EndpointsService,
    @Inject(DeliveriesService) private readonly deliveries: DeliveriesService,
  ) {}

  @Post()
  create(@Body({ schema: CreateHook }) hook: CreateHook, @Headers('idempotency-key') key?: string): Promise<HookCreated> {
    return this.endpoints.create(hook, keyed(key, 'create', hook));
  }

  @Get()
  list(@Query({ schema: HookListQuery }) page: { limit: number; after?: string }): Promise<Page<Hook>> {
    return this.endpoints.list(page);
  }

  @Get(':hookId')
  get(@Param('hookId') hookId: string): Promise<Hook> {
    return this.endpoints.get(hookId);
  }

  @Patch(':hookId')
  change(@Param('hookId') hookId: string, @Body({ schema: ChangeHook }) change: ChangeHook): Promise<Hook> {
    return this.endpoints.change(hookId, change);
  }

  @Delete(':hookId')
  @HttpCode(204)
  remove(@Param('hookId') hookId: string): Promise<void> {
    return this.endpoints.remove(hookId);
  }

  @Post(':hookId/rotate-secret')
  @HttpCode(200)
  rotateSecret(
    @Param('hookId') hookId: string,
    @Body({ schema: RotateSecret }) wanted: RotateSecret,
    @Headers('idempotency-key') key?: string,
  ): Promise<SecretRotated> {
    return this.endpoints.rotateSecret(hookId, wanted, keyed(key, 'rotate-secret', hookId, wanted));
  }

  @Post(':hookId/test')
  @HttpCode(202)
  test(@Param('hookId') hookId: string, @Headers('idempotency-key') key?: string): Promise<Delivery> {
    return this.endpoints.test(hookId, keyed(key, 'test', hookId));
  }

  @Post(':hookId/recover')
  @HttpCode(202)
  recover(
    @Param('hookId') hookId: string,
    @Body({ schema: RecoverHook }) wanted: RecoverHook,
    @Headers('idempotency-key') key?: string,
  ): Promise<Recovery> {
    return this.endpoints.recover(hookId, wanted, keyed(key, 'recover', hookId, wanted));
  }

  @Get(':hookId/recoveries/:recoveryId')
  recovery(@Param('hookId') hookId: string, @Param('recoveryId') recoveryId: string): Promise<Recovery> {
    return this.endpoints.recovery(hookId, recoveryId);
  }

  @Get(':hookId/deliveries')
  listDeliveries(
    @Param('hookId') hookId: string,
    @Query({ schema: DeliveryListQuery }) filter: DeliveryFilter,
  ): Promise<Page<Delivery>> {
    return this.deliveries.list(hookId, filter);
  }

  @Get(':hookId/deliveries/:deliveryId')
  getDelivery(@Param('hookId') hookId: string, @Param('deliveryId') deliveryId: string): Promise<DeliveryDetail> {
    return this.deliveries.get(hookId, deliveryId);
  }

  @Post(':hookId/deliveries/:deliveryId/redeliver')
  @HttpCode(202)
  redeliver(
    @Param('hookId') hookId: string,
    @Param('deliveryId') deliveryId: string,
    @Headers('idempotency-key') key?: string,
  ): Promise<Delivery> {
    return this.deliveries.redeliver(hookId, deliveryId, keyed(key, 'redeliver', hookId, deliveryId));
  }
}

function keyed(key: string | undefined, ...request: unknown[]): KeyedCommand {
  return {
    key: key === undefined ? undefined : parseHeader('Idempotency-Key', IdempotencyKey, key),
    fingerprint: fingerprint(...request),
  };
}
