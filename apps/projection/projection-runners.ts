import type { Consumer } from '../../libs/messaging/inbox/consumer.js';
import { LookupGauges } from '../../libs/service-kit/lookup-gauges.js';
import type { Projection } from './projection.js';
import { ProjectionRunner, type ProjectionRunnerOptions, type ProjectionState } from './projection-runner.js';

/** The read models of this process. */
export class ProjectionRunners {
  readonly all: readonly ProjectionRunner[];

  constructor(projections: readonly Projection[], options: Omit<ProjectionRunnerOptions, 'projection'>) {
    this.all = projections.map((projection) => new ProjectionRunner({ ...options, projection }));
  }

  find(name: string): ProjectionRunner | undefined {
    return this.all.find((runner) => runner.name === name);
  }

  /** @throws Error for a read model that this process does not run. */
  of({ name }: Pick<Projection, 'name'>): ProjectionRunner {
    const runner = this.find(name);
    if (!runner) throw new Error(`The read model ${name} is not run here.`);
    return runner;
  }

  /** The consumers of all read models. */
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

/** Exports how far the read models are behind the log. */
export function observeProjections(runners: readonly ProjectionRunner[]): void {
  const gauges = new LookupGauges(() => Promise.all(runners.map(async (runner) => [runner.name, await runner.state()] as const)));
  const add = (name: string, help: string, value: (state: ProjectionState) => number) =>
    gauges.add(name, help, ['projection'], (states) => states.map(([projection, state]) => [{ projection }, value(state)]));
  add(
    'projection_behind_events',
    'Events of the log that are missing in the read model, counted up to 2,000',
    (state) => state.behindEvents,
  );
  add('projection_behind_seconds', 'How long the oldest missing event has been in the log', (state) => state.behindSeconds);
  add('projection_position', 'The position of the log that the read model has reached', (state) => state.position);
  add('projection_generation', 'How often the read model was built', (state) => state.generation);
  add('projection_rebuilding', 'Whether it is being rebuilt', (state) => (state.rebuilding ? 1 : 0));
}
