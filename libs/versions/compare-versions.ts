/** Compares versions of the form `1.2.3`: negative if the first is older, 0 if they are equal. */
export function compareVersions(one: string, other: string): number {
  const numbers = (version: string) => version.split('.').map(Number);
  const [left, right] = [numbers(one), numbers(other)];
  const differs = [0, 1, 2].find((index) => left[index] !== right[index]);
  return differs === undefined ? 0 : left[differs]! - right[differs]!;
}
