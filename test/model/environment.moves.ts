import { MoveList } from './move-list.js';
import { landCommand, landSeal, landUndo } from './participants.model.js';
import {
  begin,
  beginSettling,
  type Execution,
  hearSeal,
  nextToSeal,
  nextToUndo,
  phaseOf,
  rollBack,
  stepsTrying,
} from './saga.model.js';
import { has, setOf } from './saga-shape.js';
import { choicesOf, persist, readsClock, type System } from './system.model.js';

/** Moves from outside a run: messages, losses, other runs, zombies and late requests. */
export class EnvironmentMoves extends MoveList {
  protected collect(): void {
    if (this.system.now.mode === 'closed') this.nextRun();
    else {
      this.messages();
      this.losses();
    }
    this.system.zombies.forEach((zombie) => this.zombie(zombie));
    this.lateRequests();
    this.clock();
  }

  private messages(): void {
    const { model, system, isAtRest } = this;
    const { now } = system;
    const stops = phaseOf(model, now) === 'before';
    if (model.hazards.cancels && !system.cancelRequested) {
      this.hazard('platform cancel', () => ({ ...system, cancelRequested: true }));
    }
    if (isAtRest && system.cancelRequested && !now.cancelled) {
      const notified = { ...now, cancelled: true };
      this.progress('the cancel arrives', () =>
        stops ? this.leave(rollBack(model, notified, 'cancelled')) : { ...system, now: notified },
      );
    }
    if (model.hazards.aborts && isAtRest && !now.aborted) {
      const notified = { ...now, aborted: true };
      if (stops) this.hazard('abort', () => this.leave(rollBack(model, notified, 'aborted')));
      if (now.mode === 'sealing' || now.mode === 'undoing') this.hazard('abort', () => ({ ...system, now: notified }));
    }
  }

  /** Every request of the current part may still arrive. */
  private leave(now: Execution): System {
    const sent = setOf(...stepsTrying(this.model, this.system.now, '?d'));
    return { ...this.system, now, lateCommands: this.system.lateCommands | sent };
  }

  private losses(): void {
    const { model, system } = this;
    const { now, durable } = system;
    const zombies = [...system.zombies, now];
    const hasTask = !this.isAtRest || stepsTrying(model, now, '?').length > 0 || now.mode === 'ending';
    if (system.losses > 0 && hasTask) {
      this.hazard('THE TASK IS LOST', () => ({ ...system, now: durable, zombies, losses: system.losses - 1 }));
    }
    if (system.laterRuns > 0) {
      const undo = nextToUndo(durable);
      const seal = nextToSeal(model, durable);
      this.hazard('THE RUN IS TERMINATED', () => ({
        ...this.leave({ ...durable, mode: 'closed', outcome: 'TERMINATED' }),
        zombies,
        lateUndos: system.lateUndos | (undo < 0 ? 0 : setOf(undo)),
        lateSeals: system.lateSeals | (seal < 0 ? 0 : setOf(seal)),
      }));
    }
  }

  private nextRun(): void {
    const { model, system } = this;
    if (system.laterRuns === 0) return;
    const next = { ...system, laterRuns: system.laterRuns - 1, cancelRequested: false };
    this.hazard('a reset to the start', () => persist(next, begin(model, false)));
    if (system.now.outcome === 'TERMINATED') {
      this.hazard('a reset to the last task', () => persist(next, { ...system.durable, firstRun: false }));
      this.progress('a settle run', () => persist(next, beginSettling(model)));
    }
  }

  private zombie(zombie: Execution): void {
    const { model, system } = this;
    const others = system.zombies.filter((other) => other !== zombie);
    for (const step of stepsTrying(model, zombie, '?')) {
      for (const { label, participants, receives } of this.answers(zombie, step)) {
        this.add('late', `zombie: ${label}`, () => ({ ...system, participants, zombies: [...others, receives()] }));
      }
    }
    const seal = nextToSeal(model, zombie);
    if (seal < 0) return;
    const { after, answer, how } = landSeal(system.participants, seal);
    this.add('late', `zombie: seal of ${this.name(seal)}: ${how}`, () => ({
      ...system,
      participants: after,
      zombies: [...others, hearSeal(model, zombie, seal, answer)],
    }));
  }

  private lateRequests(): void {
    const { model, system } = this;
    const { participants, lateCommands, lateUndos, lateSeals } = system;
    model.saga.steps.forEach(({ name }, step) => {
      const arrived = ~setOf(step);
      if (has(lateCommands, step)) {
        for (const { after, how } of landCommand(participants, step, choicesOf(model, system, step), model.rules)) {
          this.add('late', `late: ${name} ${how}`, () => ({
            ...system,
            participants: after,
            lateCommands: lateCommands & arrived,
          }));
        }
      }
      if (has(lateUndos, step)) {
        const after = landUndo(participants, step, model.rules);
        this.add('late', `late: undo of ${name}`, () => ({ ...system, participants: after, lateUndos: lateUndos & arrived }));
      }
      if (has(lateSeals, step)) {
        const { after, how } = landSeal(participants, step);
        this.add('late', `late: seal of ${name}: ${how}`, () => ({
          ...system,
          participants: after,
          lateSeals: lateSeals & arrived,
        }));
      }
    });
  }

  private clock(): void {
    const { model, system } = this;
    if (readsClock(model) && system.clock === 0) this.hazard('the clock goes on', () => ({ ...system, clock: 1 }));
  }
}
