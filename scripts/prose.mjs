// `npm run prose`: documents are short and wrapped, their links lead somewhere, and no text uses a banned word. `--prune` takes files that are clean
// from the list of those that are not converted yet.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './bootstrap/project-root.mjs';
import { bannedWordFaults, readBannedWords } from './prose/banned-words.mjs';
import { lengthFaults, readPage } from './prose/markdown-page.mjs';
import { listTexts } from './prose/list-texts.mjs';
import { outdatedEntries } from './prose/outdated-entries.mjs';
import { referenceFaults } from './prose/references.mjs';

const NOT_CONVERTED = 'scripts/prose/not-converted.txt';
const read = (file) => readFileSync(path.join(projectRoot, file), 'utf8');
const exists = (file) => existsSync(path.join(projectRoot, file));

const words = readBannedWords(read('scripts/banned-words.txt'));
const listed = read(NOT_CONVERTED).split('\n');
const entries = listed.filter((line) => line && !line.startsWith('#'));

const pages = new Map();
for (const file of listTexts(projectRoot)) if (file.endsWith('.md')) pages.set(file, await readPage(read(file)));

/** @type {Map<string, import('./prose/markdown-page.mjs').Fault[]>} what keeps a file from being converted */
const styleFaults = new Map();
for (const file of listTexts(projectRoot)) {
  const page = pages.get(file);
  styleFaults.set(file, [...(page ? lengthFaults(page) : []), ...bannedWordFaults(read(file), words)]);
}

const outdated = outdatedEntries(entries, styleFaults);
if (process.argv.includes('--prune')) {
  writeFileSync(path.join(projectRoot, NOT_CONVERTED), listed.filter((line) => !outdated.includes(line)).join('\n'));
  console.log(`Took ${outdated.length} files from ${NOT_CONVERTED}.`);
} else {
  const faults = outdated.map((file) => `${NOT_CONVERTED}: ${file} is clean or gone. Remove its line: npm run prose -- --prune`);
  for (const [file, page] of pages)
    for (const { line, says } of referenceFaults(file, page, { pages, exists, read })) faults.push(`${file}:${line}: ${says}`);
  for (const [file, found] of styleFaults)
    if (!entries.includes(file)) faults.push(...found.map(({ line, says }) => `${file}:${line}: ${says}`));
  for (const fault of faults) console.log(fault);
  console.log(`${styleFaults.size} files, ${entries.length} of them not converted yet: ${faults.length} faults.`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
