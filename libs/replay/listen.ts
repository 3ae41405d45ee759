import { type InjectedSinks, Worker } from '@temporalio/worker';
import { pairedReplayQueue, type TracedCall, tracedReplayQueue } from '../../contracts/replay/paired-replay.js';
import { type Command, readCommands } from './command.js';
import { inputOf, type NamedHistory } from './history.js';

/** A workflow bundle, and how reports name it. */
export interface Bundle {
  label: string;
  code: string;
}

/** One history under one bundle. */
export interface ReplayedRun {
  name: string;
  workflowId: string;
  workflow: string;
  input: readonly unknown[];
  /** The commands that the bundle made, in order. Empty if the bundle has no recorder. */
  commands: readonly Command[];
  /** Where the calls were made; only when traced. */
  calls: readonly TracedCall[];
  /** Why this bundle cannot replay the history. */
  error?: Error;
}

/** A replay takes a fraction of a second. One that stands still must not hold up a build for ever. */
const STILL_MS = 60_000;
const nothing = { fn: () => {}, callDuringReplay: false };

/**
 * Replays histories under a bundle, one after the other, and yields what the bundle asks for. It needs no server and has no effect.
 * @throws Error when the bundle cannot be loaded, or when one replay makes no progress for a minute.
 */
export async function* listen(
  bundle: Bundle,
  histories: readonly NamedHistory[],
  { traced = false } = {},
): AsyncGenerator<ReplayedRun, void> {
  let commands: Command[] = [];
  let calls: TracedCall[] = [];
  let current = histories[0]!;
  const sinks: InjectedSinks<never> = {
    sagas: { ended: nothing },
    pairedReplay: {
      commands: {
        fn: (_info: unknown, made: readonly unknown[]) => {
          commands.push(...readCommands(made, commands, current));
        },
        callDuringReplay: true,
      },
      called: { fn: (_info: unknown, call: TracedCall) => void calls.push(call), callDuringReplay: true },
    },
  } as never;
  const pushed = function* () {
    for (const history of histories) {
      current = history;
      commands = [];
      calls = [];
      yield { workflowId: history.workflowId, history: { events: history.events } };
    }
  };
  const replay = Worker.runReplayHistories(
    { workflowBundle: { code: bundle.code }, replayName: traced ? tracedReplayQueue : pairedReplayQueue, sinks },
    pushed(),
  );
  try {
    for (;;) {
      const next = await withinReason(replay.next(), () => `The replay of ${current.name} under ${bundle.label} stands still.`);
      if (next.done) return;
      const { name, workflowId, workflow } = current;
      const { error } = next.value;
      yield { name, workflowId, workflow, input: inputOf(current), commands, calls, ...(error && { error }) };
    }
  } finally {
    // A reader that stops early stops the replay, too. One that stands still would never return, so nothing waits for it.
    void replay.return?.();
  }
}

async function withinReason<Result>(work: Promise<Result>, problem: () => string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(problem())), STILL_MS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
