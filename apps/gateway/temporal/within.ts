import type { ConnectionLike } from '@temporalio/client';

/** Time ran out on our side; what was asked for may still happen. */
export class TimeUpError extends Error {
  override readonly name = 'TimeUpError';
}

/** Asks Temporal with a deadline, and waits no longer than that whatever the connection does. @throws TimeUpError, or what `ask` throws. */
export async function within<Result>(connection: ConnectionLike, ms: number, ask: () => Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeUpError(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([connection.withDeadline(Date.now() + ms, ask), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
