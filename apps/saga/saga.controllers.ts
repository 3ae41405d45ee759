import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  EndedTimelines,
  SettleCommand,
  type StoredSaga,
  StoredSagaQuery,
  type StoredTimeline,
} from '../../contracts/saga/ended-saga.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import { pause } from '../../libs/timing/pause.js';
import type { Leak } from '../../contracts/saga/leak.resource.js';
import { type Page, pageQuery } from '../../contracts/values/page.js';
import type { CommandFloor } from '../../contracts/participant/retention.resource.js';
import { SagaRegister } from './saga-register.js';
import { EndedTimelineStore } from './ended/ended-timeline.store.js';
import { SagaWatch } from './saga-watch.js';
import { SagaSettler } from './lost/saga-settler.js';
import { LeakRegister } from './leaks/leak.register.js';
import { Floor } from './retention/floor.js';

const READ_EVERY_MS = 50;

/** Internal: the stored sagas, also after Temporal has dropped them. */
@Controller()
export class EndedSagasController {
  constructor(
    private readonly timelines: EndedTimelineStore,
    private readonly register: SagaRegister,
  ) {}

  /** Stores the steps of sagas that have just ended, which workers report. */
  @Post('timelines')
  @HttpCode(200)
  async store(@Body({ schema: EndedTimelines }) ended: EndedTimelines): Promise<{ stored: number }> {
    await this.timelines.store(ended);
    return { stored: ended.items.length };
  }

  /** The saga as it was last recorded, with the steps of its run. Waits up to `waitMs` for steps that are not stored yet. */
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

/** Internal: the port of the saga service is not public. */
@Controller('refresh')
export class RefreshController {
  constructor(private readonly watch: SagaWatch) {}

  /** Polls Temporal now. Once it has answered, every change of a saga that Temporal showed at the time of the call is published. */
  @Post()
  @HttpCode(200)
  async refresh(): Promise<{ refreshed: true }> {
    await this.watch.refresh();
    return { refreshed: true };
  }
}

/** Internal; the gateway's route checks the caller's scope. */
@Controller('sagas/:sagaId/settle')
export class SettleController {
  constructor(private readonly settler: SagaSettler) {}

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

const ListQuery = z.strictObject(pageQuery);

@Controller('leaks')
export class LeaksController {
  constructor(private readonly leaks: LeakRegister) {}

  @Get()
  list(@Query({ schema: ListQuery }) query: z.infer<typeof ListQuery>): Promise<Page<Leak>> {
    return this.leaks.list(query);
  }
}

/** Internal: shows operators since when participants keep commands. */
@Controller('floor')
export class FloorController {
  constructor(private readonly floor: Floor) {}

  @Get()
  async read(): Promise<CommandFloor> {
    const floor = await this.floor.read();
    return { keepCommandsSince: floor?.toISOString() ?? null };
  }
}
