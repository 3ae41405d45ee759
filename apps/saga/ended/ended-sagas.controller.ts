import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { EndedTimelines, type StoredSaga, StoredSagaQuery, type StoredTimeline } from '../../../contracts/saga/ended-saga.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { pause } from '../../../libs/timing/pause.js';
import { SagaRegister } from '../saga-register.js';
import { EndedTimelineStore } from './ended-timeline.store.js';

const READ_EVERY_MS = 50;

/** What is kept of sagas after Temporal has forgotten them. Internal. */
@Controller()
export class EndedSagasController {
  constructor(
    @Inject(EndedTimelineStore) private readonly timelines: EndedTimelineStore,
    @Inject(SagaRegister) private readonly register: SagaRegister,
  ) {}

  /** From workers: the steps of sagas that have just ended. */
  @Post('timelines')
  @HttpCode(200)
  async store(@Body({ schema: EndedTimelines }) ended: EndedTimelines): Promise<{ stored: number }> {
    await this.timelines.store(ended);
    return { stored: ended.items.length };
  }

  /** The saga as it was last recorded, with the steps of its run. Steps that are on their way are waited for. */
  @Get('sagas/:sagaId')
  async saga(
    @Param('sagaId') sagaId: string,
    @Query({ schema: StoredSagaQuery }) { runId, state, waitMs }: StoredSagaQuery,
  ): Promise<StoredSaga> {
    const deadline = Date.now() + waitMs;
    let saga = await this.register.find(sagaId);
    let steps: StoredTimeline | undefined;
    for (;;) {
      steps = await this.timelines.find(sagaId, runId ?? saga?.runId, state);
      if (steps || Date.now() >= deadline) break;
      await pause(READ_EVERY_MS);
      saga = await this.register.find(sagaId);
    }
    if (!saga && !steps) throw new ProblemException(404, 'SAGA_NOT_FOUND', `There is no saga ${sagaId}.`);
    return { saga: saga ?? null, steps: steps ?? null };
  }
}
