export interface PlantedBug {
  name: string;
  /** The file of the patch. */
  patch: string;
  /** The promise that it breaks. */
  guarantee: string;
  /** Vitest's project of the test, the test's file, and its name or the end of it. */
  project: string;
  file: string;
  test: string;
}

export interface TestReport {
  testResults: { assertionResults: { fullName: string; status: string }[] }[];
}

export const PLANTED: string;
export function readPlantedBugs(root: string): PlantedBug[];
export function verdict(report: TestReport, test: string): 'red' | 'green' | 'absent';
