import { parsers } from 'prettier/plugins/markdown';

/** Columns a line may have. Code is as wide as Prettier lets the sources be. */
const WIDTHS = { prose: 100, table: 120, code: 130 };
/** Words a sentence may have: any one, and all sentences of a page on average. */
export const LONGEST_SENTENCE = 25;
export const MEAN_SENTENCE = 18;

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * Reads a Markdown page.
 *
 * @param {string} text
 * @returns {Promise<import('./markdown-page.mjs').MarkdownPage>}
 */
export async function readPage(text) {
  const root = await parsers.markdown.parse(text, {});
  /** @type {import('./markdown-page.mjs').MarkdownPage} */
  const page = {
    lines: text.split('\n').map((line) => ({ text: line, kind: 'prose' })),
    sentences: [],
    anchors: [],
    links: [],
    excerpts: [],
  };
  visit(root, page);
  return page;
}

/**
 * The lines and sentences of a page that are too long, and the mean of its sentences if it is too high.
 *
 * @param {import('./markdown-page.mjs').MarkdownPage} page
 * @returns {import('./markdown-page.mjs').Fault[]}
 */
export function lengthFaults(page) {
  const lines = page.lines.flatMap(({ text, kind }, index) =>
    text.length > WIDTHS[kind] ? [{ line: index + 1, says: `${text.length} columns; ${kind} has at most ${WIDTHS[kind]}` }] : [],
  );
  const long = page.sentences
    .filter(({ words }) => words > LONGEST_SENTENCE)
    .map(({ line, words, text }) => ({ line, says: `a sentence of ${words} words; at most ${LONGEST_SENTENCE}: "${text}"` }));
  const mean = meanSentence(page);
  const dense =
    mean > MEAN_SENTENCE ? [{ line: 1, says: `${mean.toFixed(1)} words a sentence; at most ${MEAN_SENTENCE} on average` }] : [];
  return [...lines, ...long, ...dense];
}

/**
 * @param {import('./markdown-page.mjs').MarkdownPage} page
 * @returns {number} words a sentence; 0 for a page without sentences.
 */
export function meanSentence({ sentences: all }) {
  return all.length === 0 ? 0 : all.reduce((sum, { words }) => sum + words, 0) / all.length;
}

function visit(node, page) {
  const { start, end } = node.position;
  switch (node.type) {
    case 'table':
    case 'code':
      for (let line = start.line; line <= end.line; line++) page.lines[line - 1].kind = node.type;
      break;
    case 'heading':
      page.anchors.push(
        anchorOf(
          plainText(node, ({ value }) => value),
          page.anchors,
        ),
      );
      break;
    case 'link':
    case 'image':
      page.links.push({ line: start.line, url: node.url });
      break;
    case 'html':
      for (const [, url] of node.value.matchAll(/(?:src|srcset|href)="([^"]+)"/g)) page.links.push({ line: start.line, url });
      break;
    case 'paragraph':
      page.sentences.push(...sentencesOf(plainText(node), start.line));
      break;
    case 'blockquote':
      return;
  }
  const children = node.children ?? [];
  for (const [index, child] of children.entries()) {
    visit(child, page);
    const [, file] = /^<!-- source: (\S+) -->$/.exec(children[index - 1]?.value ?? '') ?? [];
    if (file && child.type === 'code') page.excerpts.push({ line: child.position.start.line, file, code: child.value });
  }
}

function sentencesOf(text, line) {
  return [...sentences.segment(text.replaceAll(/\s+/g, ' '))].map(({ segment }) => ({
    line,
    text: segment.trim(),
    words: segment.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word)).length,
  }));
}

/** Without code and images. Code in a line counts as one word that may begin a sentence; in a heading it is part of the anchor. */
function plainText(node, code = () => 'CODE') {
  if (node.type === 'text') return node.value;
  if (node.type === 'inlineCode') return code(node);
  if (node.type === 'break') return ' ';
  return (node.children ?? []).map((child) => plainText(child, code)).join('');
}

/** The anchor that GitHub gives a heading. */
function anchorOf(heading, before) {
  const anchor = heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
  const repeats = before.filter((other) => other === anchor || other.replace(/-\d+$/, '') === anchor).length;
  return repeats === 0 ? anchor : `${anchor}-${repeats}`;
}
