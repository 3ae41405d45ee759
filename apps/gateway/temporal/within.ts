import type { ConnectionLike } from '@temporalio/client';

/** This side stopped waiting: time ran out, or the process ends. The call may still have its effect. */
export class TimeUpError extends Error {
  override readonly name = 'TimeUpError';
}

/**
 * Calls Temporal with a deadline, and waits no longer than that whatever the connection does. @param signal ends the wait earlier.
 * @throws TimeUpError, or what `ask` throws.
 */
export async function within<Result>(
  connection: ConnectionLike,
  ms: number,
  ask: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeUpError(`no answer within ${ms} ms`)), ms);
    stop = () => reject(new TimeUpError('the wait was ended'));
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([connection.withDeadline(Date.now() + ms, ask), timeUp]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
