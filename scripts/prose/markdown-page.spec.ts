import { describe, expect, it } from 'vitest';
import { lengthFaults, LONGEST_SENTENCE, meanSentence, readPage } from './markdown-page.mjs';

const faultsOf = async (text: string) => lengthFaults(await readPage(text));
const sentenceOf = (words: number) => `${Array.from({ length: words }, () => 'Saga').join(' ')}.`;

describe('the lengths of a page', () => {
  it('lets a short page pass', async () => {
    expect(await faultsOf('# Saga\n\nA saga completes. Or it is compensated.\n')).toEqual([]);
  });

  it('refuses a sentence that is too long, and names its line', async () => {
    const faults = await faultsOf(`# Saga\n\nShort.\n\n${wrapped(sentenceOf(LONGEST_SENTENCE + 1))}\n`);
    expect(faults).toEqual([{ line: 5, says: expect.stringContaining('26 words') as string }]);
  });

  it('refuses sentences that are long on average', async () => {
    const faults = await faultsOf(`${wrapped(sentenceOf(20))}\n\n${wrapped(sentenceOf(20))}\n`);
    expect(faults).toEqual([{ line: 1, says: expect.stringContaining('20.0 words a sentence') as string }]);
  });

  it.each([
    ['prose', 'x'.repeat(101), 1],
    ['table', `| a |\n| --- |\n| ${'x'.repeat(120)} |`, 3],
    ['code', `\`\`\`\n${'x'.repeat(131)}\n\`\`\``, 2],
  ])('refuses a line of %s that is too wide', async (kind, text, line) => {
    expect(await faultsOf(`${text}\n`)).toEqual([{ line, says: expect.stringContaining(kind) as string }]);
  });

  it('asks no sentences of tables, code, quotes and headings', async () => {
    const long = sentenceOf(12);
    const page = await readPage(`# ${long}\n\n| ${long} |\n| --- |\n\n\`\`\`\n${long}\n\`\`\`\n\n> ${long}\n`);
    expect(page.sentences).toEqual([]);
    expect(meanSentence(page)).toBe(0);
  });

  it('counts code in a line as one word, which may begin a sentence', async () => {
    const { sentences } = await readPage('Run `npm run check`. `check` needs no server.\n');
    expect(sentences.map(({ words }) => words)).toEqual([2, 4]);
  });
});

describe('the anchors of a page', () => {
  it('are those of GitHub', async () => {
    const { anchors } = await readPage('# What is `asOf`?\n\n## The end\n\n## The end\n\n## A step: fast, then patient\n');
    expect(anchors).toEqual(['what-is-asof', 'the-end', 'the-end-1', 'a-step-fast-then-patient']);
  });
});

function wrapped(text: string): string {
  return text.replaceAll(/(.{60,80}) /g, '$1\n');
}
