import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { ConnectionLike } from '@temporalio/client';
import { TEMPORAL_CONNECTION, TemporalService } from './temporal.service.js';

/** Temporal for the whole gateway. The process that opened the connection also closes it. */
@Global()
@Module({})
export class TemporalModule {
  static register(connection: ConnectionLike): DynamicModule {
    return {
      module: TemporalModule,
      providers: [{ provide: TEMPORAL_CONNECTION, useValue: connection }, TemporalService],
      exports: [TemporalService],
    };
  }
}
