/**
 * Entries of the list of files that are not converted yet which have to go, as the list may only shrink.
 *
 * @param {string[]} entries
 * @param {ReadonlyMap<string, readonly unknown[]>} faults of every file.
 * @returns {string[]} files that have no fault, and files that do not exist.
 */
export function outdatedEntries(entries, faults) {
  return entries.filter((file) => (faults.get(file)?.length ?? 0) === 0);
}
