import type { InjectedSinks } from '@temporalio/worker';
import type { SagaSinks } from '../../workflows/saga/saga-sinks.js';

/** Sinks that ignore the calls of a replayed saga, because its first run has made them. */
export const silentSinks: InjectedSinks<SagaSinks> = { sagas: { ended: { fn: () => {}, callDuringReplay: false } } };
