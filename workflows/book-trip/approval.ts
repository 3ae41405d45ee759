import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import {
  type ApprovalDecision,
  type ApprovalMade,
  approveUpdate,
  declineUpdate,
  notAwaitingApproval,
} from './book-trip.contract.js';

export type Decision = ApprovalMade['decision'];

/** The approval of one trip: takes a person's decision, but only while somebody waits for it, and only one. */
export class Approval {
  decision: Decision | undefined;
  note = '';
  private awaited = false;

  constructor() {
    const validator = (_given: ApprovalDecision) => this.mustBeAwaited();
    setHandler(approveUpdate, (given) => this.decide('approved', given), { validator });
    setHandler(declineUpdate, (given) => this.decide('declined', given), { validator });
  }

  /** From now on until it returns the decision may be made. @returns it, or undefined when `wait` has given up. */
  async await(wait: (decided: () => boolean) => Promise<unknown>): Promise<Decision | undefined> {
    this.awaited = true;
    try {
      await wait(() => this.decision !== undefined);
      return this.decision;
    } finally {
      this.awaited = false;
    }
  }

  private decide(decision: Decision, given: ApprovalDecision): ApprovalMade {
    this.decision = decision;
    this.note = given.note ?? '';
    return { decision, ...given };
  }

  private mustBeAwaited(): void {
    if (!this.awaited || this.decision !== undefined) {
      throw ApplicationFailure.nonRetryable('The trip does not wait for an approval.', notAwaitingApproval);
    }
  }
}
