import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';

/** How to start a workflow that is told something before it is there. */
export interface BridgedStart {
  type: string;
  /** The workflow's one argument. */
  request: unknown;
  customerId: string;
  businessId: string;
  /** What a person reads about it in the Temporal UI. */
  summary: string;
}

/** What a workflow is to be told. */
export interface BridgedSignal {
  workflowId: string;
  signal: string;
  argument: unknown;
  /** Without it the signal is for a workflow that waits for it: where there is none nobody is told. */
  start?: BridgedStart;
}

/** An event that workflows wait for, or are started by. */
export interface BridgeRule {
  /** Without a version; the data is of the newest one. */
  event: string;
  toSignal: (data: never, event: LoggedEvent) => BridgedSignal;
}
