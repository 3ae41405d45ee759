import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { SagaSteps } from '../saga/saga-steps.js';
import { isOptionalNote, malformedInput } from '../saga/messages.js';
import {
  type ApprovalDecision,
  type ApprovalMade,
  approveUpdate,
  declineUpdate,
  notAwaitingApproval,
} from './book-trip.contract.js';

export type Decision = ApprovalMade['decision'];

/** The approval of one trip: takes a person's decision, but only while the saga waits for it, and only one. */
export class Approval {
  note = '';
  private decision: Decision | undefined;
  private phase: 'not awaited' | 'awaited' | 'taken' | 'over' = 'not awaited';

  constructor(private readonly saga: Pick<SagaSteps<unknown>, 'committed' | 'rollingBack'>) {}

  listen(): void {
    const validator = (given: ApprovalDecision) => this.mayDecide(given);
    setHandler(approveUpdate, (given) => this.decide('approved', given), { validator });
    setHandler(declineUpdate, (given) => this.decide('declined', given), { validator });
  }

  /** From now on until it returns the decision may be made. @returns it, or undefined when `wait` has given up. */
  async await(wait: (decided: () => boolean) => Promise<unknown>): Promise<Decision | undefined> {
    this.phase = 'awaited';
    try {
      await wait(() => this.decision !== undefined);
      if (this.decision !== undefined) this.phase = 'taken';
      return this.decision;
    } finally {
      if (this.phase === 'awaited') this.phase = 'over';
    }
  }

  /**
   * Answers once the saga has taken the decision: an abort in the same moment may be faster, and then the answer is no. To decline answers
   * once the saga rolls back: an earlier run may have come past the pivot, and then the answer is no as well.
   */
  private async decide(decision: Decision, given: ApprovalDecision): Promise<ApprovalMade> {
    this.decision = decision;
    this.note = given.note ?? '';
    await condition(() => this.phase !== 'awaited');
    if (this.phase !== 'taken') throw notAwaited();
    if (decision === 'declined') {
      await condition(() => this.saga.committed || this.saga.rollingBack);
      if (this.saga.committed) throw notAwaited();
    }
    return { decision, ...(given.note !== undefined && { note: given.note }) };
  }

  private mayDecide(given: unknown): void {
    if (!isOptionalNote(given)) throw malformedInput('approve and decline', '{ note?: string }');
    if (this.phase !== 'awaited' || this.decision !== undefined) throw notAwaited();
  }
}

const notAwaited = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable('The trip does not wait for an approval.', notAwaitingApproval);
