import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';

/** How to start the workflow if its signal arrives first. */
export interface BridgedStart {
  type: string;
  /** The workflow's one argument. */
  request: unknown;
  customerId: string;
  businessId: string;
  /** The summary in the Temporal UI. */
  summary: string;
}

/** A signal for a workflow. */
export interface BridgedSignal {
  workflowId: string;
  signal: string;
  argument: unknown;
  /** Without it the signal is for a waiting workflow only, and is dropped if there is none. */
  start?: BridgedStart;
}

/** An event that signals or starts a workflow. */
export interface BridgeRule {
  /** Without a version. The data is in the newest version. */
  event: string;
  toSignal: (data: never, event: LoggedEvent) => BridgedSignal;
}
