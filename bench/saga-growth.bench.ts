// How a saga's cost grows with its steps, all of them doing nothing, so that what is left is the saga kit and the engine.
import { uuidv7 } from 'uuidv7';
import { benchCustomer } from './harness/bench-customers.js';
import { runBenchmark } from './harness/bench-system.js';
import { Comparison, printFigure, printRow, type Way } from './harness/comparison.js';
import { benchPolicy, runAsSample, runFloor, runSaga } from './harness/start-ways.js';
import { type Line, lineThrough, median, spread } from './statistics.js';

const STEPS = [2, 5, 10, 20];

await runBenchmark({ participants: [] }, async (system) => {
  const { client } = system;
  await system.stopFollowers();

  const kinds = {
    'saga of the kit': async (steps) => {
      const businessId = uuidv7();
      const input = { steps, policy: benchPolicy };
      const saga = { type: 'noOpSaga', workflowId: `no-op:${businessId}`, businessId, customerId: benchCustomer(), input };
      return (await runSaga(client, saga)).handle;
    },
    'floor (local activities)': (steps) =>
      runFloor(
        client,
        Array.from({ length: steps }, () => 1),
      ),
    'as the sample writes it': async (steps) => (await runAsSample(client, 'noOpAsSample', steps)).handle,
  } satisfies Record<string, (steps: number) => ReturnType<Way>>;
  type Kind = keyof typeof kinds;
  const kindNames = Object.keys(kinds) as Kind[];

  const nameOf = (kind: Kind, steps: number) => `${kind}, ${steps} steps`;
  const ways = Object.fromEntries(
    STEPS.flatMap((steps) => kindNames.map((kind) => [nameOf(kind, steps), () => kinds[kind](steps)] as const)),
  );
  const measured = await new Comparison<string>(ways, () => system.cpu()).run();
  measured.printTable();

  const cpu = (kind: Kind) => STEPS.map((steps) => measured.of(nameOf(kind, steps), (it) => it.engineCpuMs));
  /** One line through the medians: a single round's slope is mostly noise. */
  const cpuLine = (kind: Kind): Line => lineThrough(cpu(kind).map((rounds, i) => [STEPS[i]!, median(rounds)] as const));
  const eventLine = (kind: Kind): Line =>
    lineThrough(STEPS.map((steps) => [steps, measured.eventsOf(nameOf(kind, steps))] as const));

  printRow(['kind', 'engine CPU ms a step', 'CPU ms before the first', 'fit (1 = a line)', 'events a step', 'fit']);
  printRow(Array.from({ length: 6 }, () => '---'));
  for (const kind of kindNames) {
    const [ms, events] = [cpuLine(kind), eventLine(kind)];
    const cells = [
      ms.slope.toFixed(2),
      ms.intercept.toFixed(1),
      ms.fit.toFixed(3),
      events.slope.toFixed(2),
      events.fit.toFixed(3),
    ];
    printRow([kind, ...cells]);
  }
  console.log('');
  const [ours, floor] = ['saga of the kit', 'floor (local activities)'] as const;
  printFigure("CPU slope against the floor's", (cpuLine(ours).slope / cpuLine(floor).slope).toFixed(2), '≤ 1.2');
  printFigure("event slope against the floor's", (eventLine(ours).slope / eventLine(floor).slope).toFixed(2), '≤ 1.2');
  const longest = STEPS.at(-1)!;
  printFigure(
    `engine CPU of ${longest} steps against the floor's`,
    spread(
      measured.ratio(nameOf(ours, longest), nameOf(floor, longest), (it) => it.engineCpuMs),
      2,
    ),
  );
});
