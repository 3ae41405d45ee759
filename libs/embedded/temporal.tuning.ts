/**
 * Dynamic configuration of every Temporal server that this project starts. The defaults are made for large clusters. On one machine each
 * hand-over between the server's parts would wait, and a saga of four steps would idle for half a second.
 */
export const temporalTuning: Readonly<Record<string, string>> = {
  // How often a shard looks for work to hand over, a second. The dev server has one shard, and the default of 20 is a wait of 50 ms each time.
  'history.transferProcessorMaxPollRPS': '2000',
  // An activity may be handed to the worker that has just asked for it, without a way through the task queue.
  'system.enableActivityEagerExecution': 'true',
  // One partition per task queue: with more, a poller may wait at one while the task is in another.
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
};

/**
 * How the dev server's SQLite file is written. A write-ahead log needs one flush for each transaction instead of several: nearly twice
 * the throughput, and with `synchronous=FULL` as durable as the default.
 */
export const temporalStorage: Readonly<Record<string, string>> = { journal_mode: 'WAL', synchronous: 'FULL' };
