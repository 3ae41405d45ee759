import type { WorkflowInterceptors } from '@temporalio/workflow';
import { commandRecorder } from './paired-replay/command-recorder.js';

/**
 * The interceptors of every workflow, in every bundle: what replay judges is what workers run. An interceptor that awaits something
 * changes the order of commands, so it is a change of every workflow.
 */
export const interceptors = (): WorkflowInterceptors => commandRecorder();
