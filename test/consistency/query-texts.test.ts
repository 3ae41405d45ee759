import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sourceFiles } from '../support/source-files.js';

const sources = sourceFiles(['activities', 'apps', 'libs', 'workflows']);

/** The lines of the sources that a pattern finds, with their place. */
function find(pattern: RegExp): string[] {
  return sources.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return [...text.matchAll(pattern)].map(({ index }) => {
      const before = text.slice(0, index).split('\n');
      return `${file}:${before.length} ${text.split('\n')[before.length - 1]!.trim()}`;
    });
  });
}

it('writes each parameter where it stands, not as a number', () => {
  const numbered = find(/\$\d/g).filter((line) => !/\.replace(All)?\(/.test(line));
  expect(numbered, 'Use the tag `sql` of libs/database/sql.ts.').toEqual([]);
});

it('writes every query of rows with a tag, so that no value becomes a part of its text', () => {
  const untagged = find(/\.query(<(?:[^<>]|<[^<>]*>)*>)?\(\s*['"`]\s*(select|insert|update|delete|with)\b/gi);
  expect(untagged, 'Use the tag `sql` of libs/database/sql.ts.').toEqual([]);
  expect(find(/\$(query|execute)RawUnsafe\b/g), "Use Prisma's tags $queryRaw and $executeRaw.").toEqual([]);
});
