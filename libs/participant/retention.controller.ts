import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { TrimCommand, type Trimmed } from '../../contracts/retention.resource.js';
import { Retention } from './retention.js';

/**
 * `POST /retention`, internal: whoever knows which commands may still come says up to when nothing older is needed. A participant that is
 * told nothing removes nothing.
 */
@Controller('retention')
export class RetentionController {
  constructor(@Inject(Retention) private readonly retention: Retention) {}

  @Post()
  @HttpCode(200)
  trim(@Body({ schema: TrimCommand }) command: TrimCommand): Promise<Trimmed> {
    return this.retention.trim(command);
  }
}
