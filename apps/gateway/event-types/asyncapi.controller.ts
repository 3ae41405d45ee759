import { Controller, Get, Inject } from '@nestjs/common';
import { eventCatalogue } from '../../../contracts/event-catalogue.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';
import { asyncApiDocument } from './asyncapi.js';

/** For events what /openapi.json is for requests. */
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
