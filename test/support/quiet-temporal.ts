import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Workers of a test say errors only: that a run was ended by force, or that an activity failed, is what the test is about. */
export function quietTemporal(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
}
