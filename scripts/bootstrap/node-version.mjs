/**
 * Compares Node's version with package.json's `engines.node`, which here always has the form `>=major.minor.patch`.
 *
 * @param {string} found such as `v20.20.2`
 * @param {string} wanted such as `>=20.19.0`
 * @returns {string | undefined} what is wrong and what to do, or undefined when the version will do
 */
export function nodeVersionProblem(found, wanted) {
  const numbers = (version) =>
    version
      .replace(/^[^0-9]*/, '')
      .split(/[.+-]/, 3)
      .map(Number);
  const have = numbers(found);
  const need = numbers(wanted);
  const differs = need.findIndex((number, index) => number !== have[index]);
  if (differs === -1 || have[differs] > need[differs]) return undefined;
  return `Roundtrip needs Node ${wanted}, and this is Node ${found} (${process.execPath}). Install a newer one (https://nodejs.org) and try again.`;
}
