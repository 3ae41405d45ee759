import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tailOfLog } from './log-file.js';

const file = path.join(mkdtempSync(path.join(tmpdir(), 'log-')), 'a.log');

describe('tailOfLog', () => {
  it('is empty when there is no log', () => {
    expect(tailOfLog(file)).toBe('');
  });

  it('gives the last lines', () => {
    writeFileSync(file, 'one\ntwo\nthree\n');
    expect(tailOfLog(file, 2)).toBe('two\nthree');
  });

  it('reads no more than the end of a large log', () => {
    writeFileSync(file, `${'x'.repeat(1_000_000)}\nlast\n`);
    expect(tailOfLog(file).length).toBeLessThan(10_000);
    expect(tailOfLog(file)).toMatch(/last$/);
  });
});
