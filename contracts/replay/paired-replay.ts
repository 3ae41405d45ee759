/**
 * What a workflow bundle and a replay agree on. The recorder in every bundle is silent, unless the task queue of the worker begins with
 * one of these names. No worker that polls a server may be given such a task queue.
 */
export const pairedReplayQueue = 'paired-replay';
/** Begins with the name above: beside the commands, the recorder reports where in the code each call was made. */
export const tracedReplayQueue = 'paired-replay-traced';

/** A call of the workflow to Temporal, with the place in the code where it was made. */
export interface TracedCall {
  kind: 'activity' | 'local activity' | 'timer' | 'child' | 'signal';
  name: string;
  /** `Error.stack` at the call, with the positions of the sources. */
  stack: string;
}

/** Reports from the recorder to the replay. */
export interface PairedReplaySink {
  /** The commands of one activation, as the SDK has made them. */
  commands(commands: readonly unknown[]): void;
  /** Comes before the commands of its activation. */
  called(call: TracedCall): void;
}
