import { Gauge, register } from 'prom-client';
import type { ProjectionRunner, ProjectionState } from './projection-runner.js';

/** How far the read models are behind the log, looked up whenever somebody asks; nothing new while the database is away. */
export function observeProjections(runners: readonly ProjectionRunner[]): void {
  let asking: Promise<(readonly [string, ProjectionState])[]> | undefined;
  // The gauges of one scrape are filled from one look.
  const states = () =>
    (asking ??= Promise.all(runners.map(async (runner) => [runner.name, await runner.state()] as const)).finally(
      () => (asking = undefined),
    ));
  const gauge = (name: string, help: string, value: (state: ProjectionState) => number) => {
    register.removeSingleMetric(name);
    const asked: Gauge = new Gauge({
      name,
      help,
      labelNames: ['projection'],
      registers: [],
      collect: async () => {
        for (const [projection, state] of await states().catch(() => [])) asked.set({ projection }, value(state));
      },
    });
    register.registerMetric(asked);
  };
  gauge(
    'projection_behind_events',
    'Events of the log that are not in the read model yet, of the next 2,000',
    ({ behindEvents }) => behindEvents,
  );
  gauge('projection_behind_seconds', 'How long the oldest of them has been in the log', ({ behindSeconds }) => behindSeconds);
  gauge('projection_position', 'The position of the log that the read model has come to', ({ position }) => position);
  gauge('projection_generation', 'How often the read model was built', ({ generation }) => generation);
  gauge('projection_rebuilding', 'Whether it is being built anew', ({ rebuilding }) => (rebuilding ? 1 : 0));
}
