/**
 * Loaded into each process that the supervisor starts (`node --import`): when the supervisor is gone, however suddenly, the
 * process stops as if told to. An application knows nothing of it.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel alone must not keep a process alive that has come to its end.
process.channel?.unref();
