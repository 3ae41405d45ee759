import type { Reporter, TestModule } from 'vitest/node';

const SLOW_FILES = 10;

/** The duration of a whole file, with imports and setup. */
const secondsOf = (module: TestModule): number => {
  const { prepareDuration, setupDuration, collectDuration, duration } = module.diagnostic();
  return (prepareDuration + setupDuration + collectDuration + duration) / 1_000;
};

/** The first line of an error, short enough for a list. */
const inOneLine = (error: unknown): string => {
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  return (message.split('\n')[0] ?? '').slice(0, 300);
};

/**
 * Ends a run with one summary line: `N passed, N failed`, and how many were skipped. Before it come the slowest files, and the failures,
 * one line each. Then come the tests that passed only at their second attempt, with the first failure. Each of them shows a race of the
 * test or of the product.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file that could not be loaded, a hook and an error outside any test have no test of their own to fail.
    const unloaded = modules.filter((module) => module.errors().length > 0);
    const suites = modules.flatMap((module) => [...module.children.allSuites()].filter((suite) => suite.errors().length > 0));
    const broken = unloaded.length + suites.length + unhandledErrors.length;
    const failures = [
      ...tests
        .filter((test) => test.result().state === 'failed')
        .map((test) => `${test.module.relativeModuleId} > ${test.fullName}: ${inOneLine(test.result().errors?.at(-1))}`),
      ...suites.map((suite) => `${suite.module.relativeModuleId} > ${suite.fullName}: ${inOneLine(suite.errors()[0])}`),
      ...unloaded.map((module) => `${module.relativeModuleId}: ${inOneLine(module.errors()[0])}`),
      ...unhandledErrors.map((error) => `outside any test: ${inOneLine(error)}`),
    ];
    const skipped = count('skipped');
    const flaky = tests.filter((test) => test.diagnostic()?.flaky);
    // After the default reporter's own summary, whichever of the two runs first.
    process.once('exit', () => {
      const slowest = modules.toSorted((one, other) => secondsOf(other) - secondsOf(one)).slice(0, SLOW_FILES);
      if (modules.length > 1) process.stdout.write(`the ${slowest.length} slowest of ${modules.length} files:\n`);
      for (const module of modules.length > 1 ? slowest : []) {
        const seconds = secondsOf(module).toFixed(1).padStart(7);
        process.stdout.write(`${seconds} s  ${module.project.name}  ${module.relativeModuleId}\n`);
      }
      for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
      for (const test of flaky) {
        const first = inOneLine(test.result().errors?.[0]);
        process.stdout.write(`passed only at the second try: ${test.module.relativeModuleId} > ${test.fullName}: ${first}\n`);
      }
      process.stdout.write(
        `${count('passed')} passed, ${count('failed') + broken} failed${skipped ? `, ${skipped} skipped` : ''}\n`,
      );
    });
  }
}
