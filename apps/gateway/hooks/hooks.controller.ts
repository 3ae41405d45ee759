import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { ServerResponse } from 'node:http';
import {
  ChangeHook,
  CreateHook,
  Delivery,
  Hook,
  HookCreated,
  RecoverHook,
  Recovery,
  RotateSecret,
  SecretRotated,
} from '../../../contracts/hooks/hook.resource.js';
import { Identifier } from '../../../contracts/values/identifier.js';
import { type Page, PageQuery } from '../../../contracts/values/page.js';
import { ApiPage, ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { IdempotentCommand, idempotentCommandProblems } from '../http/command.decorator.js';
import { type CommandHeaders, FromHeaders } from '../http/command-headers.decorator.js';
import { HooksService } from '../upstreams/hooks.service.js';

const OptionalRotation = RotateSecret.optional();
const unavailable = { 503: ['PARTICIPANT_UNAVAILABLE'] };
const notFound = { 404: ['HOOK_NOT_FOUND'] };

@ApiTags('hooks')
@Allow('hooks')
@Controller('v1/hooks')
export class HooksController {
  constructor(private readonly hooks: HooksService) {}

  @Post()
  @IdempotentCommand(201)
  @ApiOperation({
    summary: 'Subscribe to events',
    description:
      'Later events are sent to the URL, signed as [Standard Webhooks](https://www.standardwebhooks.com) describes. Only this answer shows ' +
      'the secret. With `verify: true` the hook is `pending` until its URL answers a signed challenge with `data.challenge` in the body.',
  })
  @ApiCreatedResponse({ standardSchema: HookCreated, description: 'The hook. `Location` is its address.' })
  @ApiProblems({
    ...bodyProblems,
    ...idempotentCommandProblems,
    409: ['TOO_MANY_HOOKS'],
    422: ['VALIDATION_FAILED', 'UNKNOWN_EVENT_TYPE', 'HOOK_URL_REFUSED', 'IDEMPOTENCY_KEY_REUSED'],
  })
  async create(
    @Body({ schema: CreateHook }) hook: CreateHook,
    @FromHeaders() headers: CommandHeaders,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<HookCreated> {
    const created = await this.hooks.command<HookCreated>('/hooks', hook, headers);
    response.setHeader('Location', `/v1/hooks/${created.hookId}`);
    return created;
  }

  @Get()
  @ApiOperation({ summary: 'List hooks, oldest first' })
  @ApiPage(Hook)
  list(@Query({ schema: PageQuery }) page: PageQuery): Promise<Page<Hook>> {
    return this.hooks.api.get('/hooks', { ...page });
  }

  @Get(':hookId')
  @ApiOperation({ summary: 'Read a hook and its health' })
  @ApiOkResponse({ standardSchema: Hook })
  @ApiProblems({ ...notFound, 422: ['VALIDATION_FAILED'], ...unavailable })
  get(@Param('hookId', { schema: Identifier }) hookId: string): Promise<Hook> {
    return this.hooks.api.get(`/hooks/${hookId}`);
  }

  @Patch(':hookId')
  @ApiOperation({
    summary: 'Change a hook, pause it or enable it',
    description:
      'Events of a paused hook are held and sent when it is enabled. Events of a disabled hook are not sent: use `recover` for them. ' +
      'A new `url` makes a hook that was created with `verify` `pending`. Its events are held until the URL has echoed a challenge.',
  })
  @ApiOkResponse({ standardSchema: Hook })
  @ApiProblems({
    ...bodyProblems,
    ...notFound,
    409: ['HOOK_STATE_CONFLICT'],
    422: ['VALIDATION_FAILED', 'UNKNOWN_EVENT_TYPE', 'HOOK_URL_REFUSED'],
    ...unavailable,
  })
  change(
    @Param('hookId', { schema: Identifier }) hookId: string,
    @Body({ schema: ChangeHook }) change: ChangeHook,
  ): Promise<Hook> {
    return this.hooks.api.patch(`/hooks/${hookId}`, change);
  }

  @Delete(':hookId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a hook with its deliveries' })
  @ApiNoContentResponse()
  @ApiProblems({ ...notFound, 422: ['VALIDATION_FAILED'], ...unavailable })
  remove(@Param('hookId', { schema: Identifier }) hookId: string): Promise<void> {
    return this.hooks.api.delete(`/hooks/${hookId}`);
  }

  @Post(':hookId/rotate-secret')
  @IdempotentCommand(200)
  @ApiOperation({
    summary: 'Make a new secret',
    description:
      'Old secrets sign as well, for a day unless `expireAfterSeconds` is given. So receivers can change without a gap.',
  })
  @ApiBody({ required: false })
  @ApiOkResponse({ standardSchema: SecretRotated })
  @ApiProblems({
    ...bodyProblems,
    ...idempotentCommandProblems,
    ...notFound,
    422: ['VALIDATION_FAILED', 'IDEMPOTENCY_KEY_REUSED'],
  })
  rotateSecret(
    @Param('hookId', { schema: Identifier }) hookId: string,
    @Body({ schema: OptionalRotation }) rotation: RotateSecret | undefined,
    @FromHeaders() headers: CommandHeaders,
  ): Promise<SecretRotated> {
    return this.hooks.command(`/hooks/${hookId}/rotate-secret`, rotation ?? {}, headers);
  }

  @Post(':hookId/test')
  @IdempotentCommand(202)
  @ApiOperation({
    summary: 'Send a test event',
    description: 'A normal delivery of the type `hooks.endpoint.tested`, whatever the state of the hook.',
  })
  @ApiAcceptedResponse({ standardSchema: Delivery })
  @ApiProblems({
    ...idempotentCommandProblems,
    ...notFound,
    422: ['VALIDATION_FAILED', 'HOOK_URL_REFUSED', 'IDEMPOTENCY_KEY_REUSED'],
  })
  test(@Param('hookId', { schema: Identifier }) hookId: string, @FromHeaders() headers: CommandHeaders): Promise<Delivery> {
    return this.hooks.command(`/hooks/${hookId}/test`, undefined, headers);
  }

  @Post(':hookId/verify')
  @IdempotentCommand(202)
  @ApiOperation({
    summary: 'Send a pending hook another challenge',
    description:
      'Earlier challenges become invalid. The hook is enabled once its URL has answered with `data.challenge` in the body.',
  })
  @ApiAcceptedResponse({ standardSchema: Delivery })
  @ApiProblems({
    ...idempotentCommandProblems,
    ...notFound,
    409: ['HOOK_STATE_CONFLICT'],
    422: ['VALIDATION_FAILED', 'HOOK_URL_REFUSED', 'IDEMPOTENCY_KEY_REUSED'],
  })
  verify(@Param('hookId', { schema: Identifier }) hookId: string, @FromHeaders() headers: CommandHeaders): Promise<Delivery> {
    return this.hooks.command(`/hooks/${hookId}/verify`, undefined, headers);
  }

  @Post(':hookId/recover')
  @IdempotentCommand(202)
  @ApiOperation({
    summary: 'Recover missed events',
    description:
      'Queues, step by step, the events in the log since then. Delivered events are left out unless `onlyMissing` is false. ' +
      'The request is refused if deliveries (`DELIVERIES_TRIMMED`) or events (`EVENTS_TRIMMED`) since then are no longer kept: ' +
      '`errors` names the earliest `since` that is possible.',
  })
  @ApiAcceptedResponse({ standardSchema: Recovery })
  @ApiProblems({
    ...bodyProblems,
    ...idempotentCommandProblems,
    ...notFound,
    409: ['HOOK_STATE_CONFLICT'],
    422: ['VALIDATION_FAILED', 'UNKNOWN_EVENT_TYPE', 'DELIVERIES_TRIMMED', 'EVENTS_TRIMMED', 'IDEMPOTENCY_KEY_REUSED'],
  })
  recover(
    @Param('hookId', { schema: Identifier }) hookId: string,
    @Body({ schema: RecoverHook }) wanted: RecoverHook,
    @FromHeaders() headers: CommandHeaders,
  ): Promise<Recovery> {
    return this.hooks.command(`/hooks/${hookId}/recover`, wanted, headers);
  }

  @Get(':hookId/recoveries/:recoveryId')
  @ApiOperation({ summary: 'Read the progress of a recovery' })
  @ApiOkResponse({ standardSchema: Recovery })
  @ApiProblems({ 404: ['HOOK_NOT_FOUND', 'RECOVERY_NOT_FOUND'], 422: ['VALIDATION_FAILED'], ...unavailable })
  recovery(
    @Param('hookId', { schema: Identifier }) hookId: string,
    @Param('recoveryId', { schema: Identifier }) recoveryId: string,
  ): Promise<Recovery> {
    return this.hooks.api.get(`/hooks/${hookId}/recoveries/${recoveryId}`);
  }
}
