import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Pool } from 'pg';
import { IdempotencyKey } from '../../../contracts/values/idempotency-key.js';
import {
  ChangeHook,
  CreateHook,
  type Delivery,
  type Hook,
  type HookCreated,
  RecoverHook,
  type Recovery,
  RotateSecret,
  type SecretRotated,
} from '../../../contracts/hooks/hook.resource.js';
import { type Page, pageQuery } from '../../../contracts/values/page.js';
import { sql } from '../../../libs/database/sql.js';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import { parseHeader } from '../../../libs/service-kit/parse-header.js';
import type { VersionPinCounts } from '../../../contracts/event/event-type.resource.js';
import type { IdempotentCommand } from './idempotency-keys.js';
import { EndpointsService } from './endpoints.service.js';
import { RecoveryRequests } from './recovery-requests.js';

const HookListQuery = z.strictObject(pageQuery);

/** Internal: the gateway has the public routes. */
@Controller('hooks')
export class HooksController {
  constructor(
    private readonly endpoints: EndpointsService,
    private readonly recoveries: RecoveryRequests,
  ) {}

  @Post()
  create(
    @Body({ schema: CreateHook }) hook: CreateHook,
    @Headers('idempotency-key') key?: string,
    @Headers('x-caller') caller?: string,
  ): Promise<HookCreated> {
    return this.endpoints.create(hook, idempotentCommand(key, 'create', hook), caller);
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
    return this.endpoints.rotateSecret(hookId, wanted, idempotentCommand(key, 'rotate-secret', hookId, wanted));
  }

  @Post(':hookId/test')
  @HttpCode(202)
  test(@Param('hookId') hookId: string, @Headers('idempotency-key') key?: string): Promise<Delivery> {
    return this.endpoints.test(hookId, idempotentCommand(key, 'test', hookId));
  }

  @Post(':hookId/verify')
  @HttpCode(202)
  verify(@Param('hookId') hookId: string, @Headers('idempotency-key') key?: string): Promise<Delivery> {
    return this.endpoints.verify(hookId, idempotentCommand(key, 'verify', hookId));
  }

  @Post(':hookId/recover')
  @HttpCode(202)
  recover(
    @Param('hookId') hookId: string,
    @Body({ schema: RecoverHook }) wanted: RecoverHook,
    @Headers('idempotency-key') key?: string,
  ): Promise<Recovery> {
    return this.recoveries.recover(hookId, wanted, idempotentCommand(key, 'recover', hookId, wanted));
  }

  @Get(':hookId/recoveries/:recoveryId')
  recovery(@Param('hookId') hookId: string, @Param('recoveryId') recoveryId: string): Promise<Recovery> {
    return this.recoveries.get(hookId, recoveryId);
  }
}

export function idempotentCommand(key: string | undefined, ...request: unknown[]): IdempotentCommand {
  return {
    key: key === undefined ? undefined : parseHeader('Idempotency-Key', IdempotencyKey, key),
    fingerprint: fingerprint(...request),
  };
}

/** How many hooks are pinned to each version. Internal: the gateway shows the numbers with the event types. */
@Controller('version-pins')
export class VersionPinsController {
  constructor(private readonly database: Pool) {}

  /** Disabled hooks count as well, because they keep their pins when they are enabled again. */
  @Get()
  async counts(): Promise<VersionPinCounts> {
    const { rows } = await this.database.query<{ type: string; version: number; hooks: number }>(
      sql`select pin.key as type, pin.value::int as version, count(*)::int as hooks
       from endpoint cross join lateral jsonb_each_text(version_pins) as pin group by 1, 2`,
    );
    const counts: VersionPinCounts = {};
    for (const { type, version, hooks } of rows) counts[type] = { ...counts[type], [version]: hooks };
    return counts;
  }
}
