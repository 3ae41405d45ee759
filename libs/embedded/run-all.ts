import { setMaxListeners } from 'node:events';

/**
 * Does several things at once. When one fails, the others are told to end by the signal that each is given, and waited for, so
 * that nothing goes on behind the caller's back.
 *
 * @returns the results, in order.
 * @throws what the first one that failed threw.
 */
export async function runAll<Results extends unknown[]>(
  signal: AbortSignal | undefined,
  tasks: { [Index in keyof Results]: (signal: AbortSignal) => Promise<Results[Index]> },
): Promise<Results> {
  const failure = new AbortController();
  const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  setMaxListeners(0, either); // each task may listen: many of them are no leak
  const running = (tasks as ((signal: AbortSignal) => Promise<unknown>)[]).map((task) => task(either));
  for (const each of running) each.catch((error: unknown) => failure.abort(error)); // the first reason stays
  await Promise.allSettled(running);
  if (failure.signal.aborted) throw failure.signal.reason;
  return (await Promise.all(running)) as Results;
}
