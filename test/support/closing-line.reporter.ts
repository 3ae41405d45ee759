import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with the one line that says how it went: `N passed, N failed`, and how many were skipped. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file that could not be loaded and an error outside any test have no test of their own to fail.
    const broken = modules.filter((module) => module.errors().length > 0).length + unhandledErrors.length;
    const skipped = count('skipped');
    // After the default reporter's own summary, whichever of the two runs first.
    process.once('exit', () => {
      process.stdout.write(
        `${count('passed')} passed, ${count('failed') + broken} failed${skipped ? `, ${skipped} skipped` : ''}\n`,
      );
    });
  }
}
