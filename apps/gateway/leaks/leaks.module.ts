import { Module } from '@nestjs/common';
import { LeaksController } from './leaks.controller.js';

/** What leaked, for operators. */
@Module({ controllers: [LeaksController] })
export class LeaksModule {}
