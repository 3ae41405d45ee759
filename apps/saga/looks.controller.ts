import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { SagaWatch } from './saga-watch.js';

/** On the saga watch's own port, which is for the inside. */
@Controller('looks')
export class LooksController {
  constructor(@Inject(SagaWatch) private readonly watch: SagaWatch) {}

  /** Looks now. When it has answered, every change of a saga that could be seen at the time of the call is stated. */
  @Post()
  @HttpCode(200)
  async look(): Promise<{ looked: true }> {
    await this.watch.lookAfresh();
    return { looked: true };
  }
}
