import { describe, expect, it } from 'vitest';
import { bannedWordFaults, readBannedWords } from './banned-words.mjs';

const words = readBannedWords('# comment\n\ntold, tells → publish\nturn round → roll back\n');

describe('banned words', () => {
  it.each([
    ['a document', 'Consumers are told.', '"told" is banned: publish'],
    ['a comment', '// It Tells of it.', '"Tells" is banned: publish'],
    ['a string', "throw new Error('told twice');", '"told" is banned: publish'],
    ['a phrase', 'A saga may turn round here.', '"turn round" is banned: roll back'],
    ['a phrase that goes on in the next line of a comment', ' * may turn\n * round here', '"turn * round" is banned: roll back'],
  ])('are found in %s', (_, text, says) => {
    expect(bannedWordFaults(text, words)).toEqual([{ line: 1, says }]);
  });

  it('are named with their line', () => {
    expect(bannedWordFaults('one\ntwo told\n', words)).toEqual([{ line: 2, says: expect.any(String) as string }]);
  });

  it.each(['toldOf', 'un-told', 'foretells', 'turn it round'])('are not part of other words: %s', (text) => {
    expect(bannedWordFaults(text, words)).toEqual([]);
  });

  it('have something to write instead', () => {
    expect(() => readBannedWords('told\n')).toThrow('"told" is not');
  });
});
