import type { InjectedSinks } from '@temporalio/worker';
import type { SagaSinks } from '../../workflows/saga/saga-sinks.js';

/** What a replayed saga hands to its worker: it has been handed over before, so nothing takes it. */
export const silentSinks: InjectedSinks<SagaSinks> = { sagas: { ended: { fn: () => {}, callDuringReplay: false } } };
