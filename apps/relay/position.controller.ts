import { Controller, Get, Inject } from '@nestjs/common';
import { RelayedPosition } from '../../libs/messaging/relay/relayed-position.js';
import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';

const WITHIN_MS = 1_500;

/** On the relay's own port, which is for the inside. */
@Controller('position')
export class PositionController {
  constructor(@Inject(RelayedPosition) private readonly relayed: RelayedPosition) {}

  /** Where in the log everything is that was committed by now. @throws ProblemException 503 `RELAY_BEHIND` when an outbox is too full for that. */
  @Get()
  async get(): Promise<{ sequence: string }> {
    const position = await this.relayed.within(WITHIN_MS);
    if (position !== undefined) return { sequence: sequenceOf(position) };
    throw new ProblemException(
      503,
      'RELAY_BEHIND',
      `Not everything that is in the outboxes has come into the log within ${WITHIN_MS} ms.`,
      {},
      { retryAfter: 1 },
    );
  }
}
