import { Controller, Get } from '@nestjs/common';
import { RelayedPosition } from '../../libs/messaging/relay/relayed-position.js';
import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';

const WITHIN_MS = 1_500;

/** On the relay's own port, which is internal. */
@Controller('position')
export class PositionController {
  constructor(private readonly relayed: RelayedPosition) {}

  /** The log position that covers everything committed so far. @throws ProblemException 503 `RELAY_BEHIND` if an outbox is too full. */
  @Get()
  async get(): Promise<{ sequence: string }> {
    const position = await this.relayed.within(WITHIN_MS);
    if (position !== undefined) return { sequence: sequenceOf(position) };
    throw new ProblemException(
      503,
      'RELAY_BEHIND',
      `The relay has not moved every event of the outboxes into the log within ${WITHIN_MS} ms. Try again.`,
      {},
      { retryAfter: 1 },
    );
  }
}
