/**
 * Loaded into each process that the supervisor starts (`node --import`). When the supervisor has ended in any way, the process gets
 * SIGTERM. Applications do not know of it.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel alone must not keep a finished process alive.
process.channel?.unref();
