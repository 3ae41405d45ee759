import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';

const git = (args: string[], input?: string) =>
  execFileSync('git', args, { encoding: 'utf8', input, maxBuffer: 64 * 1024 * 1024 });
const files = (...patterns: string[]) =>
  git(['ls-files', '-z', ...patterns])
    .split('\0')
    .filter(Boolean);

const byteForByte = files('prisma/**/*.sql', 'test/replay/histories');

it('keeps migrations and recorded histories byte for byte', () => {
  expect(byteForByte.length).toBeGreaterThan(20);
  const answer = git(['check-attr', '--stdin', 'text'], byteForByte.join('\n'));
  for (const line of answer.trim().split('\n')) expect(line).toMatch(/: text: unset$/);
});

it('checks them and shell scripts out as they are, also where Git turns line ends into CRLF', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'checkout-'));
  try {
    const some = [...files('prisma/**/*.sql').slice(0, 5), ...files('test/replay/histories').slice(0, 5), ...files('*.sh')];
    git(['-c', 'core.autocrlf=true', 'checkout-index', `--prefix=${folder}/`, '-f', '--', ...some]);
    for (const file of some) expect(readFileSync(path.join(folder, file), 'utf8'), file).not.toContain('\r');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
