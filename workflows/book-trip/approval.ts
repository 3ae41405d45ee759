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

/** The approval of one trip: accepts one decision of a person, only while the saga waits for it. */
export class Approval {
  note = '';
  private decision: Decision | undefined;
  private phase: 'idle' | 'waiting' | 'accepted' | 'ended' = 'idle';

  constructor(private readonly saga: Pick<SagaSteps<unknown>, 'committed' | 'rollingBack'>) {}

  listen(): void {
    const validator = (input: ApprovalDecision) => this.assertAwaited(input);
    setHandler(approveUpdate, (input) => this.decide('approved', input), { validator });
    setHandler(declineUpdate, (input) => this.decide('declined', input), { validator });
  }

  /** Accepts a decision until `wait` ends. @returns the decision, or undefined when the wait timed out. */
  async await(wait: (decided: () => boolean) => Promise<unknown>): Promise<Decision | undefined> {
    this.phase = 'waiting';
    try {
      await wait(() => this.decision !== undefined);
      if (this.decision !== undefined) this.phase = 'accepted';
      return this.decision;
    } finally {
      if (this.phase === 'waiting') this.phase = 'ended';
    }
  }

  /**
   * Answers once the saga has accepted the decision. An abort at the same moment may win, and then the decision is refused. A decline
   * answers once the saga rolls back: an earlier run may have passed the pivot, and then the decline is refused as well.
   */
  private async decide(decision: Decision, input: ApprovalDecision): Promise<ApprovalMade> {
    this.decision = decision;
    this.note = input.note ?? '';
    await condition(() => this.phase !== 'waiting');
    if (this.phase !== 'accepted') throw notAwaitingFailure();
    if (decision === 'declined') {
      await condition(() => this.saga.committed || this.saga.rollingBack);
      if (this.saga.committed) throw notAwaitingFailure();
    }
    return { decision, ...(input.note !== undefined && { note: input.note }) };
  }

  private assertAwaited(input: unknown): void {
    if (!isOptionalNote(input)) throw malformedInput('approve and decline', '{ note?: string }');
    if (this.phase !== 'waiting' || this.decision !== undefined) throw notAwaitingFailure();
  }
}

const notAwaitingFailure = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable('The trip does not wait for an approval.', notAwaitingApproval);
