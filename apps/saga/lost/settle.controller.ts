import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { SettleCommand } from '../../../contracts/saga/ended-saga.js';
import { SagaSettler } from './saga-settler.js';

/** Internal; the gateway's route checks the caller's scope. */
@Controller('sagas/:sagaId/settle')
export class SettleController {
  constructor(@Inject(SagaSettler) private readonly settler: SagaSettler) {}

  /** Once it has answered, Temporal has accepted the settle run. */
  @Post()
  @HttpCode(202)
  async settle(
    @Param('sagaId') sagaId: string,
    @Body({ schema: SettleCommand }) command: SettleCommand,
  ): Promise<{ sagaId: string }> {
    await this.settler.settle(sagaId, command);
    return { sagaId };
  }
}
