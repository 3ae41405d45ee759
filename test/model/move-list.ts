import { landCommand, type Participants } from './participants.model.js';
import { type Execution, receive } from './saga.model.js';
import { choicesOf, type Model, type System, tidy, wayFrom } from './system.model.js';

/** One thing that may happen next. */
export interface Move {
  label: string;
  /** `progress` brings the run nearer to its end. The run neither does nor awaits a `late` move. */
  kind: 'progress' | 'hazard' | 'late';
  to: () => System;
}

/** A possible outcome of a command, for the participants and for the execution that receives it. */
interface Answer {
  kind: 'progress' | 'hazard';
  label: string;
  participants: Participants;
  receives: () => Execution;
}

/** Collects moves of one system. */
export abstract class MoveList {
  private readonly moves: Move[] = [];
  /** Whether the history has everything that the execution has done. Only then are activities scheduled and messages received. */
  protected readonly isAtRest: boolean;

  constructor(
    protected readonly model: Model,
    protected readonly system: System,
  ) {
    this.isAtRest = system.now === system.durable;
  }

  all(): Move[] {
    this.collect();
    return this.moves;
  }

  protected abstract collect(): void;

  protected add(kind: Move['kind'], label: string, to: () => System): void {
    this.moves.push({ label, kind, to: () => tidy(this.model, to(), this.system) });
  }

  protected progress(label: string, to: () => System): void {
    this.add('progress', label, to);
  }

  protected hazard(label: string, to: () => System): void {
    this.add('hazard', label, to);
  }

  protected name(step: number): string {
    return this.model.saga.steps[step]!.name;
  }

  protected answers(run: Execution, step: number): Answer[] {
    const { model, system } = this;
    return landCommand(system.participants, step, choicesOf(model, system, step), model.rules).map(
      ({ after, answer, how, isBusinessRefusal }) => ({
        kind: isBusinessRefusal ? 'hazard' : 'progress',
        label: `${this.name(step)} ${how}`,
        participants: after,
        receives: () => receive(model, run, step, answer, wayFrom(model, after, system.clock)),
      }),
    );
  }
}
