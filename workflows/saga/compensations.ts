import { type ActivityInterfaceFor, condition, patched } from '@temporalio/workflow';
import type { StepKey } from '../../activities/idempotent-command.js';
import type { StepRecord } from '../../contracts/saga-state.js';
import { patches } from '../patches.js';
import type { Answer, Insistence } from './insistence.js';
import type { SagaJournal } from './saga-journal.js';
import type { Reason, SagaPolicy } from './saga.contract.js';
import { stepKey } from './step-key.js';
import { compensating } from './step-policies.js';

/** What takes a step back, under a key of its own. */
export type Compensation<Activities> = (call: ActivityInterfaceFor<Activities>, key: StepKey, reason: Reason) => Promise<Answer>;

export interface Undo<Activities> {
  name: string;
  step: StepRecord;
  action: Compensation<Activities>;
  /** Whether others may begin on what the saga is about once it is taken back. */
  unlocks: boolean;
}

/** What is to be taken back should the saga turn round: the undos of what it has begun, last first. */
export class Compensations<Activities> {
  private readonly undos: Undo<Activities>[] = [];

  constructor(
    private readonly journal: SagaJournal,
    private readonly insistence: Insistence<Activities>,
    private readonly policy: SagaPolicy,
    private readonly show: () => void,
  ) {}

  get none(): boolean {
    return this.undos.length === 0;
  }

  /** To be called before the step's action starts: its effect may be there although its answer never is. */
  register(undo: Undo<Activities>): void {
    this.undos.push(undo);
  }

  /** The participant has said that the step did nothing. */
  forget(step: StepRecord): void {
    const index = this.undos.findIndex((undo) => undo.step === step);
    if (index !== -1) this.undos.splice(index, 1);
  }

  /**
   * Takes everything back, last step first. One that waits for an operator keeps nothing waiting but the undo of a lock. Resolves
   * when each is done or was skipped.
   */
  async run(reason: Reason): Promise<void> {
    const pending: Promise<void>[] = [];
    const records: StepRecord[] = [];
    for (const undo of this.undos.toReversed()) {
      // Asked about only where it matters, so that a saga that is taken back without help has nothing more in its history.
      const open = records.some(({ endedAt }) => endedAt === null);
      if (open && undo.unlocks && patched(patches.undoOfLockWaits)) await Promise.all(pending);
      const record = this.journal.beginCompensation(undo.name, undo.step);
      records.push(record);
      const settled = this.undo(undo, record, reason);
      pending.push(settled);
      await Promise.race([settled, condition(() => record.state === 'NEEDS_ATTENTION')]);
    }
    await Promise.all(pending);
  }

  private async undo({ name, step, action }: Undo<Activities>, record: StepRecord, reason: Reason): Promise<void> {
    const result = await this.insistence.insist({
      record,
      key: `${stepKey(step.name)}/undo`,
      options: compensating(this.policy, name),
      action: (call, key) => action(call, key, reason),
    });
    if (result === 'skipped') this.journal.hold(step);
    step.state = result === 'skipped' ? 'SKIPPED' : 'COMPENSATED';
    this.journal.end(record, step.state);
    this.show();
  }
}
