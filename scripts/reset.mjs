// `npm run reset`: deletes what the embedded default keeps between two starts.
import { prepareProject, requireNode } from './bootstrap.mjs';

requireNode();
void main();

async function main() {
  try {
    await prepareProject();
    const { reset } = await import('../dist/scripts/reset.js');
    await reset(console.log);
  } catch (error) {
    const forPeople = ['ProjectError', 'EmbeddedSystemError', 'InvalidSettingsError'].includes(error.name);
    console.error(forPeople ? error.message : error);
    process.exit(1);
  }
}
