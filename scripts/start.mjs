// `npm start`: prepares the clone, then starts the whole system and keeps it running until Ctrl-C or SIGTERM.
// A shell between npm and this process may end at SIGTERM without passing it on. Then npm ends before the system has stopped. A service
// manager that must wait for the stop runs `node scripts/start.mjs`.
import { prepareProject, requireNode } from './bootstrap.mjs';

requireNode();
void main();

async function main() {
  // The first signal stops everything in order. More of them change nothing: a terminal and npm both send the same one.
  const stop = new AbortController();
  const stopBecause = (reason) => {
    if (!stop.signal.aborted) console.log(`${reason}: stopping`);
    stop.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stopBecause(name));
  if (process.env.npm_lifecycle_event) {
    // An npm that is killed cannot signal this process, and its processes would stay unnoticed.
    const npm = process.ppid;
    setInterval(() => process.ppid === npm || stopBecause('npm is gone'), 100).unref();
  }
  // The reader of our output may be gone (`npm start | head`). The processes must still be stopped.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});

  try {
    await prepareProject({ signal: stop.signal });
    const { run } = await import('../dist/scripts/start.js');
    await run(console.log, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) {
      const forPeople = ['ProjectError', 'EmbeddedSystemError', 'InvalidSettingsError'].includes(error.name);
      console.error(forPeople ? error.message : error);
      process.exit(1);
    }
  }
  if (stop.signal.aborted) console.log('stopped');
  process.exit(0);
}
