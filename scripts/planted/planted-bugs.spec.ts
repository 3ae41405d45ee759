import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PLANTED, readPlantedBugs, verdict } from './planted-bugs.mjs';

const bugs = readPlantedBugs('.');
const root = mkdtempSync(path.join(tmpdir(), 'planted-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('the planted bugs', () => {
  it.each(bugs)('$name applies to the tree as it is, and names a test that there is', ({ patch, project, file, test }) => {
    expect(() => execFileSync('git', ['apply', '--check', patch], { stdio: 'pipe' })).not.toThrow();
    expect(['unit', 'system']).toContain(project);
    expect(existsSync(file), file).toBe(true);
    // It may stand in a suite that the file shares with others, and be put together from a table: its end stands as it is.
    const beside = readdirSync(path.dirname(file)).filter((name) => name.endsWith('.ts'));
    const end = test.split(' ').slice(-3).join(' ');
    expect(
      beside.some((name) => readFileSync(path.join(path.dirname(file), name), 'utf8').includes(end)),
      end,
    ).toBe(true);
  });

  it('are at least 20, each of another guarantee', () => {
    expect(bugs.length).toBeGreaterThanOrEqual(20);
    expect(new Set(bugs.map(({ guarantee }) => guarantee)).size).toBe(bugs.length);
  });
});

describe('readPlantedBugs', () => {
  it('reads the head of each patch, and says which one has none', () => {
    mkdirSync(path.join(root, PLANTED), { recursive: true });
    const file = path.join(root, PLANTED, 'no-seal.patch');
    writeFileSync(
      file,
      'Guarantee: It holds.\nProject: unit\nFile: a.test.ts\nTest: holds\n\ndiff --git a/x b/x\nTest: another\n',
    );
    expect(readPlantedBugs(root)).toEqual([
      { name: 'no-seal', patch: file, guarantee: 'It holds.', project: 'unit', file: 'a.test.ts', test: 'holds' },
    ]);
    writeFileSync(file, 'Guarantee: It holds.\n\ndiff --git a/x b/x\nTest: another\n');
    expect(() => readPlantedBugs(root)).toThrow('no-seal.patch has no line "Project: …"');
  });
});

describe('verdict', () => {
  const report = (...results: [string, string][]) => ({
    testResults: [{ assertionResults: results.map(([fullName, status]) => ({ fullName, status })) }],
  });

  it('is red when a test of that name has failed', () => {
    expect(verdict(report(['a saga holds', 'failed'], ['a saga waits', 'passed']), 'holds')).toBe('red');
    expect(verdict(report(['a saga holds', 'passed'], ['a saga waits', 'failed']), 'holds')).toBe('green');
  });

  it('is absent when none of that name has run', () => {
    expect(verdict(report(['a saga holds', 'skipped']), 'holds')).toBe('absent');
    expect(verdict({ testResults: [] }, 'holds')).toBe('absent');
  });
});
