import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { participantTexts, withParticipants } from './participant-texts.js';

describe('the blocks of participants', () => {
  it.each(participantTexts)('are complete in %s; if not, run npm run participants:write', (file) => {
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/# participants: /);
    expect(withParticipants(text)).toBe(text);
  });

  it('are written again, and nothing around them is touched', () => {
    const text = 'A=1\n# participants: settings\nGONE_URL=http://gone\n# end of participants\nB=2\n';
    const written = withParticipants(text);
    expect(written).toMatch(/^A=1\n# participants: settings\nORDER_URL=http:\/\/127\.0\.0\.1:3001\n/);
    expect(written).toMatch(/\n# end of participants\nB=2\n$/);
    expect(written).not.toContain('GONE_URL');
    expect(withParticipants(written)).toBe(written);
  });

  it('are written also where the first line of the block belongs to the text', () => {
    const written = withParticipants('x: &x # participants: addresses\n  GONE_URL: http://gone:3000\n  # end of participants\n');
    expect(written).toMatch(/^x: &x # participants: addresses\n {2}ORDER_URL: http:\/\/order:3000\n/);
    expect(written).not.toContain('GONE_URL');
  });

  it('refuse a name that no block has', () => {
    expect(() => withParticipants('# participants: nonsense\n# end of participants\n')).toThrow('named nonsense');
  });
});
