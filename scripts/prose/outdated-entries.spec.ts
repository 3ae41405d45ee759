import { describe, expect, it } from 'vitest';
import { outdatedEntries } from './outdated-entries.mjs';

describe('the list of files that are not converted', () => {
  it('loses a file that is clean and a file that is gone', () => {
    const faults = new Map([
      ['clean.ts', []],
      ['other.ts', ['a fault']],
    ]);
    expect(outdatedEntries(['clean.ts', 'other.ts', 'gone.ts'], faults)).toEqual(['clean.ts', 'gone.ts']);
  });
});
