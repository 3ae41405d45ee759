import { Controller, Get, Header, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { EventTypeResource } from '../../../contracts/event/event-type.resource.js';
import { type Page, pageOf, PageQuery } from '../../../contracts/values/page.js';
import { deprecationHeaders } from '../../../libs/messaging/event/deprecation-headers.js';
import type { JsonSchema } from '../../../libs/messaging/event/event-schema.js';
import { eventCatalogue } from '../../../contracts/event-catalogue.js';
import { ApiProblems } from '../http/api-responses.decorator.js';
import { Public } from '../auth/allow.decorator.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';
import { EventTypes } from './event-types.service.js';
import { asyncApiDocument } from './asyncapi/asyncapi-document.js';

const TypeName = z.string().regex(/^[a-z][a-z.-]{0,99}$/, 'must be a type of event without its version, as order.approved');
const VersionName = z.string().regex(/^v[1-9]\d{0,3}$/, 'must be a version, as v1');

/** The catalogue of events. It is public documentation. The `dataschema` of an event is a URL of this controller. */
@ApiTags('event-types')
@Public()
@Controller('v1/event-types')
export class EventTypesController {
  constructor(private readonly eventTypes: EventTypes) {}

  @Get()
  @ApiOperation({ summary: 'List the types of events with their versions, by name' })
  @ApiOkResponse({ standardSchema: pageOf(EventTypeResource) })
  @ApiProblems({ 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'] })
  list(@Query({ schema: PageQuery }) page: PageQuery): Promise<Page<EventTypeResource>> {
    return this.eventTypes.list(page);
  }

  @Get(':type')
  @ApiOperation({ summary: 'Read a type of event: its versions, and how to move from one to the next' })
  @ApiOkResponse({ standardSchema: EventTypeResource })
  @ApiProblems({ 404: ['EVENT_TYPE_NOT_FOUND'], 422: ['VALIDATION_FAILED'] })
  get(@Param('type', { schema: TypeName }) type: string): Promise<EventTypeResource> {
    return this.eventTypes.get(type);
  }

  @Get(':type/:version')
  @Header('Content-Type', 'application/schema+json; charset=utf-8')
  @ApiOperation({ summary: 'Read the JSON Schema of the data of a version, `v1`, `v2` …', description: 'JSON Schema draft 7.' })
  @ApiOkResponse({ content: { 'application/schema+json': { schema: { type: 'object' } } } })
  @ApiProblems({ 404: ['EVENT_TYPE_NOT_FOUND'], 422: ['VALIDATION_FAILED'] })
  schema(
    @Param('type', { schema: TypeName }) type: string,
    @Param('version', { schema: VersionName }) versionName: string,
    @Res({ passthrough: true }) response: ServerResponse,
  ): JsonSchema {
    const version = Number(versionName.slice(1));
    const schema = this.eventTypes.schema(type, version);
    for (const [name, value] of Object.entries(deprecationHeaders({ [type]: version }))) response.setHeader(name, value);
    return schema;
  }
}

/** The AsyncAPI document of the events. */
@Controller()
export class AsyncApiController {
  private readonly document: object;

  constructor(@Inject(GATEWAY_SETTINGS) settings: GatewaySettings) {
    this.document = asyncApiDocument(eventCatalogue, settings.PUBLIC_URL);
  }

  @Get('asyncapi.json')
  read(): object {
    return this.document;
  }
}
