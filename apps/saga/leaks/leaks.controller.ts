import { Controller, Get, Inject, Query } from '@nestjs/common';
import { z } from 'zod';
import type { Leak } from '../../../contracts/saga/leak.resource.js';
import { type Page, pageQuery } from '../../../contracts/values/page.js';
import { LeakRegister } from './leak.register.js';

const ListQuery = z.strictObject(pageQuery);

@Controller('leaks')
export class LeaksController {
  constructor(@Inject(LeakRegister) private readonly leaks: LeakRegister) {}

  @Get()
  list(@Query({ schema: ListQuery }) query: z.infer<typeof ListQuery>): Promise<Page<Leak>> {
    return this.leaks.list(query);
  }
}
