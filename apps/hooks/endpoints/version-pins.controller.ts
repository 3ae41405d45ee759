import { Controller, Get, Inject } from '@nestjs/common';
import { Pool } from 'pg';
import type { VersionPinCounts } from '../../../contracts/event/event-type.resource.js';

/** Who would notice if a version came to its end, in numbers. For the inside: the gateway shows it with the types of events. */
@Controller('version-pins')
export class VersionPinsController {
  constructor(@Inject(Pool) private readonly database: Pool) {}

  /** Hooks that were disabled count, too: whoever enables one again goes on with its pins. */
  @Get()
  async counts(): Promise<VersionPinCounts> {
    const { rows } = await this.database.query<{ type: string; version: number; hooks: number }>(
      `select pin.key as type, pin.value::int as version, count(*)::int as hooks
       from endpoint cross join lateral jsonb_each_text(version_pins) as pin group by 1, 2`,
    );
    const counts: VersionPinCounts = {};
    for (const { type, version, hooks } of rows) counts[type] = { ...counts[type], [version]: hooks };
    return counts;
  }
}
