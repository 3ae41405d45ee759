import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { SagaWatch } from './saga-watch.js';

/** Internal: the saga watch's own port is not public. */
@Controller('refresh')
export class RefreshController {
  constructor(@Inject(SagaWatch) private readonly watch: SagaWatch) {}

  /** Polls Temporal now. Once it has answered, every change of a saga that Temporal showed at the time of the call is published. */
  @Post()
  @HttpCode(200)
  async refresh(): Promise<{ refreshed: true }> {
    await this.watch.refresh();
    return { refreshed: true };
  }
}
