import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  type DeadLetter,
  type DeadLetterDecided,
  deadLetterFilter,
  SkipDeadLetter,
} from '../../../contracts/event/dead-letter.resource.js';
import { type Page, pageQuery } from '../../../contracts/values/page.js';
import { decodeCursor, encodeCursor } from '../../service-kit/cursor.js';
import { ProblemException } from '../../service-kit/problem.exception.js';
import { DeadLetters, type LetterDecision } from './dead-letters.js';

const Id = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const ListQuery = z.strictObject({ ...pageQuery, ...deadLetterFilter });

/** The events that consumers of this service could not apply. On the service's own port, which is internal. */
@Controller('dead-letters')
export class DeadLettersController {
  constructor(private readonly letters: DeadLetters) {}

  @Get()
  async list(@Query({ schema: ListQuery }) query: z.infer<typeof ListQuery>): Promise<Page<DeadLetter>> {
    const { limit, after, consumer, state } = query;
    const [last] = after === undefined ? [] : decodeCursor(after, ['number']);
    const items = await this.letters.list({ consumer, state, limit: limit + 1, after: last });
    const page = items.slice(0, limit);
    const shown = page.at(-1);
    return { items: page, next: items.length > limit && shown ? encodeCursor(shown.id) : null };
  }

  @Post(':id/replay')
  @HttpCode(200)
  async replay(@Param('id', { schema: Id }) id: number): Promise<DeadLetterDecided> {
    return answer(id, await this.letters.replay(id));
  }

  @Post(':id/release')
  @HttpCode(200)
  async release(@Param('id', { schema: Id }) id: number): Promise<DeadLetterDecided> {
    return answer(id, await this.letters.release(id));
  }

  @Post(':id/skip')
  @HttpCode(200)
  async skip(
    @Param('id', { schema: Id }) id: number,
    @Body({ schema: SkipDeadLetter }) { note }: SkipDeadLetter,
  ): Promise<DeadLetterDecided> {
    return answer(id, await this.letters.skip(id, note));
  }
}

/** @throws ProblemException 404 `DEAD_LETTER_NOT_FOUND`; 409 `DEAD_LETTER_SKIPPED`, `DEAD_LETTER_FAILING`, `DEAD_LETTER_EARLY`, `DEAD_LETTER_FAILED_AGAIN`. */
function answer(id: number, decision: LetterDecision): DeadLetterDecided {
  const conflict = (code: string, detail: string) => new ProblemException(409, code, detail);
  switch (decision.outcome) {
    case 'done':
      return { released: decision.released };
    case 'unknown':
      throw new ProblemException(404, 'DEAD_LETTER_NOT_FOUND', `There is no dead letter ${id}, or it has been applied by now.`);
    case 'skipped-already':
      throw conflict('DEAD_LETTER_SKIPPED', `Dead letter ${id} was skipped; those behind it have gone on.`);
    case 'still-failing':
      throw conflict('DEAD_LETTER_FAILING', `Event ${id} still comes again by itself. Wait until it is dead, or skip it.`);
    case 'gap':
      throw conflict(
        'DEAD_LETTER_EARLY',
        `${decision.missing} events of its aggregate come before ${id} and are not applied. If they are lost for good, release it.`,
      );
    case 'behind':
      throw conflict('DEAD_LETTER_EARLY', `${decision.first} comes before ${id}: decide about that first.`);
    case 'failed':
      throw conflict(
        'DEAD_LETTER_FAILED_AGAIN',
        `It failed again: ${decision.error instanceof Error ? decision.error.message : String(decision.error)}`,
      );
  }
}
