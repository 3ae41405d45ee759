import { MoveList } from './move-list.js';
import { landSeal, landUndo } from './participants.model.js';
import {
  goOn,
  receive,
  hearSeal,
  hearUndo,
  isWaiting,
  nextToSeal,
  nextToUndo,
  phaseOf,
  rollBack,
  stepsTrying,
} from './saga.model.js';
import { firstOf, setOf } from './saga-shape.js';
import { persist, wayFrom } from './system.model.js';

/** The moves of a run itself: it tries steps, seals, compensates and ends. */
export class RunMoves extends MoveList {
  protected collect(): void {
    if (this.system.now.mode === 'closed') return;
    this.firstTries();
    this.completedTask();
    if (this.isAtRest) this.laterTries();
    if (this.isAtRest) this.decisions();
    this.sealing();
    if (this.isAtRest) this.undoing();
    this.ending();
  }

  /** First tries are local activities: nothing of them is in the history before the task completes. */
  private firstTries(): void {
    const { model, system } = this;
    const { now } = system;
    for (const step of stepsTrying(model, now, '?')) {
      for (const { kind, label, participants, receives } of this.answers(now, step)) {
        this.add(kind, label, () => ({ ...system, participants, now: receives() }));
      }
      this.hazard(`${this.name(step)} is sent and not answered`, () => ({
        ...system,
        lateCommands: system.lateCommands | setOf(step),
        now: receive(model, now, step, 'in doubt', 0),
      }));
    }
  }

  private completedTask(): void {
    if (!this.isAtRest) this.progress('the task completes', () => persist(this.system, this.system.now));
  }

  /** Later tries are activities: scheduled by a completed task, and their answers are in the history. */
  private laterTries(): void {
    const { model, system } = this;
    const { now } = system;
    if (now.tries.includes('?')) return;
    for (const step of stepsTrying(model, now, 'd')) {
      for (const { kind, label, participants, receives } of this.answers(now, step)) {
        this.add(kind, `again: ${label}`, () => persist({ ...system, participants }, receives()));
      }
      const phase = phaseOf(model, now);
      if (phase === 'before') {
        this.hazard(`${this.name(step)} stays in doubt until its deadline`, () => ({
          ...system,
          now: rollBack(model, now, 'in doubt'),
        }));
      }
      if (phase !== 'past' && !model.rules.onlyOwnAnswersRefuse) {
        this.hazard(`${this.name(step)} gets a 4xx that is not its key's`, () =>
          persist(system, receive(model, now, step, 'refusal', 0)),
        );
      }
      if (phase !== 'past' && !model.rules.nobodySettlesByHand) this.settlingByHand(step);
    }
  }

  private settlingByHand(step: number): void {
    const { model, system } = this;
    const { now, participants, clock } = system;
    this.hazard(`an operator says that ${this.name(step)} has happened`, () =>
      persist(system, receive(model, now, step, 'success', wayFrom(model, participants, clock))),
    );
    this.hazard(`an operator says that ${this.name(step)} has not happened`, () =>
      persist(system, rollBack(model, { ...now, refused: now.refused | setOf(step) }, 'settled by hand')),
    );
  }

  /** A person decides, or the time for it passes, which is as if it was declined. */
  private decisions(): void {
    const { model, system } = this;
    const { now } = system;
    if (!isWaiting(model, now)) return;
    const ways = model.saga.fork?.by === 'person' ? model.saga.ways.length : 1;
    for (let way = 0; way < ways; way++) {
      this.progress(`a person approves${way === 0 ? '' : ', the other way'}`, () => ({ ...system, now: goOn(model, now, way) }));
    }
    this.hazard('a person declines', () => ({ ...system, now: rollBack(model, now, 'declined') }));
  }

  private sealing(): void {
    const { model, system } = this;
    const { now } = system;
    const step = nextToSeal(model, now);
    if (step < 0 || !(this.isAtRest || now.sealsLocally)) return;
    const { after, answer, how } = landSeal(system.participants, step);
    this.progress(`seal of ${this.name(step)}: ${how}`, () => {
      const run = hearSeal(model, now, step, answer);
      return now.sealsLocally ? { ...system, participants: after, now: run } : persist({ ...system, participants: after }, run);
    });
  }

  private undoing(): void {
    const { model, system } = this;
    const { now } = system;
    const step = nextToUndo(now);
    if (step < 0) return;
    const earlier = model.saga.compensable & (setOf(step) - 1);
    const isMissingAnAnswer = !model.rules.undosNeedIdsOnly && (earlier & ~now.known) !== 0;
    if (isMissingAnAnswer) {
      this.progress(`undo of ${this.name(step)} lacks the answer of ${this.name(firstOf(earlier & ~now.known))}`, () =>
        persist(system, hearUndo(now, step)),
      );
    } else {
      this.progress(`undo of ${this.name(step)}`, () =>
        persist({ ...system, participants: landUndo(system.participants, step, model.rules) }, hearUndo(now, step)),
      );
    }
  }

  /** The server does not let a run end while a request has come that its last task has not seen: it drops that task. */
  private ending(): void {
    const { system } = this;
    const { now } = system;
    if (now.mode !== 'ending') return;
    if (!system.cancelRequested || now.cancelled) {
      this.progress(`the run ends ${now.outcome}`, () => persist(system, { ...now, mode: 'closed' }));
    } else if (!this.isAtRest) {
      this.hazard('UnhandledCommand: the server drops the last task', () => ({ ...system, now: system.durable }));
    }
  }
}
