import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the patches, from the project's root. */
export const PLANTED = 'test/planted';
const SUFFIX = '.patch';
const FIELDS = /** @type {const} */ (['Guarantee', 'Project', 'File', 'Test']);

/**
 * Every planted bug: a patch that breaks one guarantee, and the test that has to turn red with it. Its file begins with lines that say so, which
 * `git apply` passes over.
 *
 * @param {string} root
 * @returns {import('./planted-bugs.mjs').PlantedBug[]}
 * @throws {Error} naming the file whose head lacks something.
 */
export function readPlantedBugs(root) {
  return readdirSync(path.join(root, PLANTED))
    .filter((file) => file.endsWith(SUFFIX))
    .sort()
    .map((file) => {
      const patch = path.join(root, PLANTED, file);
      const [head] = readFileSync(patch, 'utf8').split(/^diff /m, 1);
      const [guarantee, project, testFile, test] = FIELDS.map((field) => {
        const found = new RegExp(`^${field}: (.+)$`, 'm').exec(head);
        if (!found) throw new Error(`${PLANTED}/${file} has no line "${field}: …" before its patch.`);
        return found[1];
      });
      return { name: file.slice(0, -SUFFIX.length), patch, guarantee, project, file: testFile, test };
    });
}

/**
 * The verdict of a test run about a planted bug.
 *
 * @param {import('./planted-bugs.mjs').TestReport} report as Vitest's JSON reporter writes it.
 * @param {string} test
 * @returns {'red' | 'green' | 'absent'} `absent` when no test of that name has run, be it that its file could not be loaded.
 */
export function verdict(report, test) {
  const asked = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName, status }) => fullName.includes(test) && (status === 'passed' || status === 'failed'));
  if (asked.length === 0) return 'absent';
  return asked.some(({ status }) => status === 'failed') ? 'red' : 'green';
}
