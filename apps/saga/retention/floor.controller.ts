import { Controller, Get, Inject } from '@nestjs/common';
import type { CommandFloor } from '../../../contracts/participant/retention.resource.js';
import { Floor } from './floor.js';

/** Internal: for operators who want to know what keeps participants from trimming. */
@Controller('floor')
export class FloorController {
  constructor(@Inject(Floor) private readonly floor: Floor) {}

  @Get()
  async read(): Promise<CommandFloor> {
    const floor = await this.floor.read();
    return { keepCommandsSince: floor?.toISOString() ?? null };
  }
}
