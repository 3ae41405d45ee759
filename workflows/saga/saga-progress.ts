import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  proxySinks,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { openStates } from '../../contracts/saga/saga-status.js';
import type { SagaState } from '../../contracts/saga/saga-state.js';
import { SagaJournal } from './saga-journal.js';
import type { SagaSinks } from './saga-sinks.js';
import type { SagaPolicy } from './saga.contract.js';
import { searchAttributes } from './search-attributes.js';
import type { StepFailure } from './step-failure.js';

type Phase = 'forward' | 'deciding' | 'committed' | 'compensating';

/** The state of one workflow run of a saga: its phase, its journal, its deadline, and what operators see of it. */
export class SagaProgress {
  readonly journal = new SagaJournal(workflowInfo().workflowType, () => new Date().toISOString());
  phase: Phase = 'forward';
  aborted = false;
  /** True once a person, an event or the process itself has made a decision, and not only the keys of the steps. */
  decidedOutside = false;
  /** How long the saga has waited for people and events, in ms. This time does not count towards the deadline. */
  waitedMs = 0;
  /** The retries of the pivot that is running. */
  pivotScope: CancellationScope | undefined;

  private readonly forwardScope = new CancellationScope({ cancellable: true });
  /** Only the platform cancels this scope. An abort cancels `forwardScope`. */
  private readonly rootScope = CancellationScope.current();
  private readonly startedAt = workflowInfo().startTime.getTime();

  constructor(readonly policy: SagaPolicy) {}

  get committed(): boolean {
    return this.phase === 'committed';
  }

  get rollingBack(): boolean {
    return this.phase === 'compensating';
  }

  /** Whether the platform has cancelled the workflow. */
  get cancelled(): boolean {
    return this.rootScope.consideredCancelled;
  }

  /** Runs the process up to its end, or until an abort. */
  forward<Outcome>(process: () => Promise<Outcome>): Promise<Outcome> {
    return this.forwardScope.run(process);
  }

  /** Stops the way forward. A pivot that is running stops retrying, and its seal decides. */
  abort(): void {
    this.aborted = true;
    this.forwardScope.cancel();
    this.pivotScope?.cancel();
  }

  /** The pivot has happened: the saga only goes forward. */
  commit(): void {
    this.phase = 'committed';
    this.journal.pastPivot = true;
  }

  /**
   * Whether no workflow task, not even a lost one, can have passed the failed step: its own key refused it, in a first run that has not
   * waited. Then only what this run has begun can have an effect, and the pivot was never requested. test/model enumerates this.
   */
  knowsFurthestStep(cause: StepFailure): boolean {
    const { runId, firstExecutionRunId } = workflowInfo();
    return cause.kind === 'refused' && !this.decidedOutside && !this.policy.settle && runId === firstExecutionRunId;
  }

  /** The time left until the deadline of the way to the pivot, in ms; undefined without a deadline. */
  forwardMsLeft(): number | undefined {
    const { forwardDeadlineMs } = this.policy;
    return forwardDeadlineMs === undefined ? undefined : this.startedAt + this.waitedMs + forwardDeadlineMs - Date.now();
  }

  /** @throws CancelledFailure when the current scope is cancelled. */
  throwIfCancelled(): void {
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The saga was asked to stop');
  }

  /** Sets the state to NEEDS_ATTENTION while a step needs attention, and back afterwards. */
  updateAttention(): void {
    this.enter(this.journal.needsAttention ? 'NEEDS_ATTENTION' : this.rollingBack ? 'COMPENSATING' : 'RUNNING');
    this.show();
  }

  /** Changes the state of the saga, in the journal and in its search attributes. */
  enter(state: SagaState): void {
    if (this.journal.state === state) return;
    this.journal.state = state;
    const open = (openStates as readonly SagaState[]).includes(state);
    upsertSearchAttributes([
      { key: searchAttributes.sagaState, value: state },
      // The saga watch polls open sagas by this time. The end of a saga shows in the status of its workflow.
      ...(open ? [{ key: searchAttributes.sagaStateSince, value: new Date() }] : []),
    ]);
    this.show();
  }

  /** Shows the steps in Temporal's UI. */
  show(): void {
    setCurrentDetails(this.journal.toMarkdown());
  }

  /** Enters the last state and reports the steps. Waits for message handlers first, so that every sender gets its answer. */
  async end(state: 'COMPLETED' | 'COMPENSATED'): Promise<void> {
    this.enter(this.journal.skippedSteps.length > 0 ? 'INCOMPLETE' : state);
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    proxySinks<SagaSinks>().sagas.ended(this.journal.timeline());
  }
}
