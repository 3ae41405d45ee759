import { answered, answerOf, type Choices, type Participants, untouched } from './participants.model.js';
import { begin, type Execution, receive, idOf, type RuledSaga, stepsTrying } from './saga.model.js';
import type { StepSet } from './saga-shape.js';

/** The participants, the execution that counts, executions that Temporal has given up, and requests that are still under way. */
export interface System {
  readonly participants: Participants;
  /** The worker's execution. The part beyond `durable` is lost with the workflow task. */
  readonly now: Execution;
  /** The execution in the history; the same object as `now` right after a workflow task. */
  readonly durable: Execution;
  /** Executions of lost tasks. Their workers do not know it and go on sending commands. */
  readonly zombies: readonly Execution[];
  /** Requests whose answers nobody waits for. They land at any time, or never. */
  readonly lateCommands: StepSet;
  readonly lateUndos: StepSet;
  readonly lateSeals: StepSet;
  /** How many tasks may still be lost, and how many runs may still follow. */
  readonly losses: number;
  readonly laterRuns: number;
  readonly cancelRequested: boolean;
  readonly clock: number;
  /** The answer to an abort: the saga rolls back, or its pivot has happened. */
  readonly promisedRollBack: boolean;
  readonly promisedPivot: boolean;
}

/** The optional hazards. Zombies, late requests, doubt, deadlines and refusals are always possible. */
export interface Hazards {
  losses: number;
  laterRuns: number;
  aborts: boolean;
  cancels: boolean;
}

export interface Model extends RuledSaga {
  hazards: Hazards;
}

export function start(model: Model): System {
  const run = begin(model, true);
  return {
    participants: untouched,
    now: run,
    durable: run,
    zombies: [],
    lateCommands: 0,
    lateUndos: 0,
    lateSeals: 0,
    losses: model.hazards.losses,
    laterRuns: model.hazards.laterRuns,
    cancelRequested: false,
    clock: 0,
    promisedRollBack: false,
    promisedPivot: false,
  };
}

export const readsClock = ({ saga, rules }: Model): boolean =>
  saga.fork?.by === 'clock' || (saga.fork?.by === 'answer' && !rules.wayIgnoresTheClock);

/** The way of an execution that comes to the fork now. */
export function wayFrom(model: Model, { value }: Participants, clock: number): number {
  return readsClock(model) ? clock : Math.max(value, 0);
}

/** After the pivot nothing is refused: a participant that refuses a retriable step is a matter for operators. */
export function choicesOf({ saga }: Model, { participants }: System, step: number): Choices {
  const decidesWay = saga.fork?.by === 'answer' && step === (saga.ways[0]!.parts[saga.fork.after] as readonly number[])[0];
  const refuse = saga.steps[step]!.kind !== 'retriable' && (participants.effects & saga.pivots) === 0;
  return { refuse, values: decidesWay ? saga.ways.length : 1 };
}

/** The history gets all that the execution has done, and updates are answered. */
export function persist(system: System, now: Execution): System {
  const rollsBack = now.mode === 'undoing' || now.outcome === 'COMPENSATED';
  return {
    ...system,
    now,
    durable: now,
    promisedRollBack: system.promisedRollBack || (now.aborted && rollsBack),
    promisedPivot: system.promisedPivot || (now.aborted && now.mode === 'committed'),
  };
}

/**
 * Removes the parts of a system that have no effect any more, so that equal systems have equal keys: late requests and tombstones of
 * answered keys, and zombies that have nothing to send. A zombie with a stored answer continues at once, which has no effect.
 * @param before the system before the move, already tidy.
 */
export function tidy(model: Model, system: System, before: System): System {
  const { participants, zombies, lateCommands, lateSeals, lateUndos } = system;
  const isOver = system.now.mode === 'closed' && system.laterRuns === 0;
  const isTidy = participants === before.participants && zombies === before.zombies && lateCommands === before.lateCommands;
  if (isTidy && !isOver && lateUndos === before.lateUndos && lateSeals === before.lateSeals) return system;
  const arrived = answered(participants);
  return {
    ...system,
    participants:
      participants.tombstones & arrived ? { ...participants, tombstones: participants.tombstones & ~arrived } : participants,
    zombies: zombies.length > 0 ? activeZombies(model, system) : zombies,
    lateCommands: lateCommands & ~arrived,
    lateSeals: lateSeals & ~arrived,
    lateUndos: lateUndos & ~participants.tombstones & (~arrived | participants.effects),
    losses: isOver ? 0 : system.losses,
    cancelRequested: system.cancelRequested && !isOver,
  };
}

function activeZombies(model: Model, system: System): Execution[] {
  const zombies = new Map<number, Execution>();
  for (const zombie of system.zombies) {
    const run = asZombie(model, system, zombie);
    if (run) zombies.set(idOf(run), run);
  }
  return [...zombies].sort(([one], [other]) => one - other).map(([, run]) => run);
}

/** @returns what a zombie may still send, without what is of no consequence to it; undefined if there is nothing. */
function asZombie(model: Model, { participants, clock }: System, zombie: Execution): Execution | undefined {
  let run = zombie;
  for (;;) {
    const trying = stepsTrying(model, run, '?');
    const step = trying.find((each) => answerOf(participants, each));
    if (step === undefined) break;
    run = receive(model, run, step, answerOf(participants, step)!, wayFrom(model, participants, clock));
  }
  const sends = stepsTrying(model, run, '?').length > 0 || (run.mode === 'sealing' && run.sealsLocally);
  return sends ? { ...run, begun: 0, known: 0, toUndo: 0, aborted: false, cancelled: false, fault: '' } : undefined;
}

/** The same text for systems between which there is no difference. */
export function keyOf(system: System): string {
  const { participants: p, now, durable, zombies } = system;
  const flags = (system.cancelRequested ? 1 : 0) | (system.promisedRollBack ? 2 : 0) | (system.promisedPivot ? 4 : 0);
  const keys = `${p.success},${p.refusal},${p.sealed},${p.effects},${p.tombstones},${p.value}`;
  const executions = `${idOf(now)},${now === durable ? '' : idOf(durable)},${zombies.map(idOf).join('+')}`;
  const late = `${system.lateCommands},${system.lateUndos},${system.lateSeals}`;
  return `${keys},${executions},${late},${system.losses},${system.laterRuns},${system.clock},${flags}`;
}
