// `npm run temporal -- …`: the Temporal CLI that `npm start` uses, on the server that it uses.
import { prepareProject, requireNode } from './bootstrap.mjs';

requireNode();
void main();

async function main() {
  try {
    await prepareProject({ log: console.error }); // what the CLI prints may be for another program
    const { temporal } = await import('../dist/scripts/temporal.js');
    process.exitCode = await temporal(process.argv.slice(2), console.error);
  } catch (error) {
    const forPeople = ['ProjectError', 'EmbeddedSystemError', 'InvalidSettingsError'].includes(error.name);
    console.error(forPeople ? error.message : error);
    process.exit(1);
  }
}
