import type { Consumer } from '../../libs/messaging/inbox/consumer.js';
import type { Projection } from './projection.js';
import { ProjectionRunner, type ProjectionRunnerOptions } from './projection-runner.js';

/** The read models of this process. */
export class ProjectionRunners {
  readonly all: readonly ProjectionRunner[];

  constructor(projections: readonly Projection[], options: Omit<ProjectionRunnerOptions, 'projection'>) {
    this.all = projections.map((projection) => new ProjectionRunner({ ...options, projection }));
  }

  find(name: string): ProjectionRunner | undefined {
    return this.all.find((runner) => runner.name === name);
  }

  /** @throws Error for one that this process does not run. */
  of({ name }: Pick<Projection, 'name'>): ProjectionRunner {
    const runner = this.find(name);
    if (!runner) throw new Error(`The read model ${name} is not run here.`);
    return runner;
  }

  /** Everybody who writes a read model now. */
  consumers(): readonly Consumer[] {
    return this.all.flatMap((runner) => runner.consumers);
  }

  async start(): Promise<void> {
    for (const runner of this.all) await runner.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((runner) => runner.stop()));
  }
}
