import { TestWorkflowEnvironment } from '@temporalio/testing';

/** A program of its own: makes the SDK download its Temporal server into the folder that is its argument. */
const downloadDir = process.argv[2];
if (!downloadDir) throw new Error('Say where to: node download-with-sdk.js <folder>');
try {
  // The SDK downloads what it is about to start, and offers no other way to it.
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir } },
  });
  await environment.teardown();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
