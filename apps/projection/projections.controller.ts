import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { ProjectionStatus } from '../../contracts/projection/projection.resource.js';
import { sequenceOf } from '../../libs/messaging/event/render-event.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import type { ProjectionRunner } from './projection-runner.js';
import { ProjectionRunners } from './projection-runners.js';

/** The state of the read models, for operators and for `npm run projections:rebuild`. */
@Controller('projections')
export class ProjectionsController {
  constructor(private readonly runners: ProjectionRunners) {}

  @Get()
  async list(): Promise<{ items: ProjectionStatus[] }> {
    return { items: await Promise.all(this.runners.all.map(statusOf)) };
  }

  @Get(':name')
  get(@Param('name') name: string): Promise<ProjectionStatus> {
    return statusOf(this.require(name));
  }

  @Post(':name/rebuild')
  @HttpCode(202)
  async rebuild(@Param('name') name: string): Promise<ProjectionStatus> {
    const runner = this.require(name);
    await runner.rebuild();
    return statusOf(runner);
  }

  private require(name: string): ProjectionRunner {
    const runner = this.runners.find(name);
    if (runner) return runner;
    const known = this.runners.all.map((one) => one.name).join(', ');
    throw new ProblemException(404, 'PROJECTION_NOT_FOUND', `There is no read model of that name. The read models are ${known}.`);
  }
}

async function statusOf(runner: ProjectionRunner): Promise<ProjectionStatus> {
  const { generation, position, behindEvents, behindSeconds, rebuilding } = await runner.state();
  return {
    name: runner.name,
    generation,
    asOf: sequenceOf(position),
    behindEvents,
    behindSeconds,
    rebuilding: rebuilding && { generation: rebuilding.generation, asOf: sequenceOf(rebuilding.position) },
  };
}
