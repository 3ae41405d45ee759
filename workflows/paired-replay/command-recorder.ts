import {
  condition,
  proxySinks,
  sleep,
  workflowInfo,
  type WorkflowInterceptors,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import {
  type PairedReplaySink,
  pairedReplayQueue,
  type TracedCall,
  tracedReplayQueue,
} from '../../contracts/replay/paired-replay.js';

/**
 * Reports the commands of a workflow while paired replay runs it, and does not exist otherwise. It reads the commands after the workflow
 * has made them, so it cannot change them: it makes no promise, awaits nothing, and hands on what it was given.
 */
export function commandRecorder(): WorkflowInterceptors {
  const { taskQueue } = workflowInfo();
  if (!taskQueue.startsWith(pairedReplayQueue)) return {};
  const { pairedReplay } = proxySinks<{ pairedReplay: { [Name in keyof PairedReplaySink]: PairedReplaySink[Name] } }>();
  return {
    internals: [
      {
        concludeActivation(input, next) {
          const output = next(input);
          if (output.commands.length > 0) pairedReplay.commands(output.commands);
          return output;
        },
      },
    ],
    ...(taskQueue.startsWith(tracedReplayQueue) && { outbound: [callTracer((call) => pairedReplay.called(call))] }),
  };
}

/** Every method returns the promise that it was given. An async method would add a microtask, and so another order of commands. */
function callTracer(report: (call: TracedCall) => void): WorkflowOutboundCallsInterceptor {
  const trace = (kind: TracedCall['kind'], name: string, ...entries: Entry[]) =>
    report({ kind, name, stack: stackBelow(...entries, trace) });
  return {
    scheduleActivity(input, next) {
      trace('activity', input.activityType);
      return next(input);
    },
    scheduleLocalActivity(input, next) {
      trace('local activity', input.activityType);
      return next(input);
    },
    startTimer(input, next) {
      trace('timer', '', condition, sleep);
      return next(input);
    },
    startChildWorkflowExecution(input, next) {
      trace('child', input.workflowType);
      return next(input);
    },
    signalWorkflow(input, next) {
      trace('signal', input.signalName);
      return next(input);
    },
  };
}

type Entry = (...args: never) => unknown;

/** The stack below the first of these functions that is in it. A stack has ten frames, and the SDK would take most of them. */
function stackBelow(...entries: Entry[]): string {
  for (const entry of entries) {
    const at = { stack: '' };
    Error.captureStackTrace(at, entry);
    if (at.stack.includes('\n')) return at.stack;
  }
  return '';
}
