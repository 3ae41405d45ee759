import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Folders that hold no text of ours. */
const SKIPPED = new Set(['node_modules', 'dist', 'generated', 'coverage', '.git', '.roundtrip']);
/** Migrations never change; histories and published samples are data. The list of banned words names them all. */
const EXEMPT =
  /^(prisma\/[^/]+\/migrations|test\/replay\/histories|test\/contract\/events\/(schemas|samples))\/|^scripts\/banned-words\.txt$|^scripts\/prose\/.*\.spec\.ts$/;
const TEXTS = /\.(md|ts|mts|mjs|cjs|sql|prisma|ya?ml|patch)$|(^|\/)(\.env\.example|Dockerfile)$/;

/**
 * Every file whose words are checked.
 *
 * @param {string} root
 * @returns {string[]} paths from the root, with `/`.
 */
export function listTexts(root, folder = '') {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : listTexts(root, file);
    return TEXTS.test(file) && !EXEMPT.test(file) ? [file] : [];
  });
}
