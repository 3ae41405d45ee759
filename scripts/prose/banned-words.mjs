/**
 * Reads the list of banned words.
 *
 * @param {string} list one phrase a line, `word → replacement`; `#` begins a comment. Case does not matter; forms of a word are listed one by one.
 * @returns {import('./banned-words.mjs').BannedWord[]}
 * @throws {Error} naming a line without a replacement.
 */
export function readBannedWords(list) {
  return list
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('#'))
    .map((line) => {
      const [phrases, instead] = line.split('→').map((part) => part.trim());
      if (!phrases || !instead)
        throw new Error(`scripts/banned-words.txt: "${line}" is not "<words> → <what to write instead>".`);
      const forms = phrases.split(',').map((phrase) => phrase.trim().split(/\s+/).join(BETWEEN_WORDS));
      return { pattern: new RegExp(String.raw`(?<![\w-])(?:${forms.join('|')})(?![\w-])`, 'giu'), instead };
    });
}

/** A phrase may go on in the next line, also of a comment. */
const BETWEEN_WORDS = String.raw`(?:[^\S\n]+|[^\S\n]*\n[^\S\n]*(?:(?://|\*|#|--|>)[^\S\n]*)?)`;

/**
 * The banned words in a text, with their lines.
 *
 * @param {string} text of a page, of a settings file, or of a source: words in its comments, strings and names count.
 * @param {import('./banned-words.mjs').BannedWord[]} words
 * @returns {import('./markdown-page.mjs').Fault[]}
 */
export function bannedWordFaults(text, words) {
  return words.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
      line: text.slice(0, index).split('\n').length,
      says: `"${found.replaceAll(/\s+/g, ' ')}" is banned: ${instead}`,
    })),
  );
}
