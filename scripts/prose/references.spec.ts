import { describe, expect, it } from 'vitest';
import { readPage } from './markdown-page.mjs';
import { referenceFaults } from './references.mjs';

const SAGA = 'export const saga = 1;\nexport const other = 2;\n';
const files: Record<string, string> = { 'README.md': '# Start\n', 'docs/saga.md': '', 'workflows/saga.ts': SAGA };

async function faultsOf(text: string) {
  const project = {
    pages: new Map([['README.md', await readPage('# Start it\n')]]),
    exists: (file: string) => file in files,
    read: (file: string) => files[file]!,
  };
  return referenceFaults('docs/saga.md', await readPage(text), project);
}

describe('the links of a page', () => {
  it('may lead to files, headings and other hosts', async () => {
    expect(await faultsOf('[a](../README.md) [b](../README.md#start-it) [c](https://temporal.io)\n')).toEqual([]);
  });

  it.each([
    ['a file that does not exist', '[a](../CHANGELOG.md)'],
    ['a heading that does not exist', '[a](../README.md#stop-it)'],
    ['an image that does not exist', '![a](flow.svg)'],
  ])('must not lead to %s', async (_, text) => {
    expect(await faultsOf(`${text}\n`)).toHaveLength(1);
  });
});

describe('an excerpt of a page', () => {
  const excerpt = (code: string) => `<!-- source: workflows/saga.ts -->\n\n\`\`\`ts\n${code}\n\`\`\`\n`;

  it('may be some lines of its source', async () => {
    expect(await faultsOf(excerpt('export const saga = 1;'))).toEqual([]);
  });

  it('must not differ from its source', async () => {
    expect(await faultsOf(excerpt('export const saga = 2;'))).toEqual([
      { line: 3, says: 'the code differs from workflows/saga.ts: copy it again' },
    ]);
  });
});
