import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { TrimCommand, type Trimmed } from '../../contracts/participant/retention.resource.js';
import { Retention } from './retention.js';

/**
 * `POST /retention`, internal: the saga service says since when commands are needed. A participant that receives no floor removes
 * nothing.
 */
@Controller('retention')
export class RetentionController {
  constructor(private readonly retention: Retention) {}

  @Post()
  @HttpCode(200)
  trim(@Body({ schema: TrimCommand }) command: TrimCommand): Promise<Trimmed> {
    return this.retention.trim(command);
  }
}
