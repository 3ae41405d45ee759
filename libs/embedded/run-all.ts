import { setMaxListeners } from 'node:events';

/**
 * Runs several tasks at once. When one fails, it aborts the signal of every task and waits for all of them, so that nothing runs on
 * unnoticed.
 *
 * @returns the results, in order.
 * @throws the error of the first task that failed.
 */
export async function runAll<Results extends unknown[]>(
  signal: AbortSignal | undefined,
  tasks: { [Index in keyof Results]: (signal: AbortSignal) => Promise<Results[Index]> },
): Promise<Results> {
  const failure = new AbortController();
  const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  setMaxListeners(0, either); // each task may listen, so many listeners are no leak
  const running = (tasks as ((signal: AbortSignal) => Promise<unknown>)[]).map((task) => task(either));
  for (const each of running) each.catch((error: unknown) => failure.abort(error)); // the first reason wins
  await Promise.allSettled(running);
  if (failure.signal.aborted) throw failure.signal.reason;
  return (await Promise.all(running)) as Results;
}
