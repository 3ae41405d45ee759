import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { givenEnvironment } from '../../libs/config/settings.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const guide = readFileSync('docs/add-a-participant.md', 'utf8');
const blocksOf = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text]) => text!);

/** What a nested run of Vitest must not take for its own. */
const environment = Object.fromEntries(
  Object.entries(givenEnvironment()).filter(([name]) => !/^VITEST|^NODE_ENV$|^TEST$/.test(name)),
);
let copy: string;
const shell = async (script: string): Promise<string> => {
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: copy,
    env: { ...environment, TEST_SYSTEMS: '1' },
    maxBuffer: 2 ** 26,
  }).catch((error: Error & { stdout: string; stderr: string }) => {
    throw new Error(`${script}\n${error.message}\n${error.stdout}\n${error.stderr}`);
  });
  return stdout;
};

/** A diff of the guide: its first line is a file. The lines with a `+` follow, in the file, the lines before them. */
function applyDiff(block: string): void {
  const [file, ...lines] = block.trimEnd().split('\n');
  const place = path.join(copy, file!);
  let text = readFileSync(place, 'utf8');
  for (const change of lines.join('\n').split('\n\n')) {
    const of = (mark: string) => change.split('\n').flatMap((line) => (line.startsWith(mark) ? [`${line.slice(1)}\n`] : []));
    const before = of(' ').join('');
    expect(text.split(before), `${file} has once: ${before}`).toHaveLength(2);
    text = text.replace(before, () => before + of('+').join(''));
  }
  writeFileSync(place, text);
}

beforeAll(async () => {
  copy = mkdtempSync(path.join(tmpdir(), 'roundtrip-ferry-'));
  const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { maxBuffer: 2 ** 26 });
  for (const file of stdout.split('\0').filter((name) => name && existsSync(name))) {
    mkdirSync(path.join(copy, path.dirname(file)), { recursive: true });
    cpSync(file, path.join(copy, file));
  }
  // What is built already need not be built again; packages are only read.
  for (const folder of ['dist', 'generated'])
    cpSync(folder, path.join(copy, folder), { recursive: true, preserveTimestamps: true });
  symlinkSync(path.resolve('node_modules'), path.join(copy, 'node_modules'));
  await shell(
    'git init -q && git add -A && git -c user.name=test -c user.email=test@localhost commit -qm before && echo node_modules >> .git/info/exclude',
  );
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('docs/add-a-participant.md', () => {
  it(
    'adds a participant that passes the conformance suite, with at most 12 own files and 6 that others share',
    { retry: 0, timeout: 300_000 },
    async () => {
      const [ownFiles, generated, conformance, ...rest] = blocksOf('sh');
      expect(rest).toEqual([]);

      await shell(ownFiles!);
      for (const block of blocksOf('diff')) applyDiff(block);
      const changed = async () => (await shell('git status --porcelain --untracked-files=all')).trimEnd().split('\n');
      const edited = await changed();
      await shell(generated!);
      const written = (await changed()).filter((line) => !edited.includes(line));

      const own = edited.filter((line) => line.startsWith('??'));
      const shared = edited.filter((line) => line.startsWith(' M'));
      for (const line of own) expect(line).toMatch(/[/.]ferry[/.]/);
      expect([...own, ...shared]).toHaveLength(edited.length);
      expect(own.length, own.join('\n')).toBeLessThanOrEqual(12);
      // Two more are texts that list every participant, and a script writes them.
      const rewritten = written.filter((line) => line.startsWith(' M'));
      const texts = rewritten.filter((line) => !line.includes('test/contract/'));
      expect(texts).toEqual([' M .env.example', ' M docker-compose.yml']);
      // The events of trips name their parts, so their published schemas gain the ferry. No other event changes.
      for (const line of rewritten.filter((other) => !texts.includes(other)))
        expect(line).toMatch(/^ M test\/contract\/events\/schemas\/trip\.[a-z-]+\.v1\.json$/);
      expect(shared.length + texts.length, [...shared, ...texts].join('\n')).toBeLessThanOrEqual(6);

      expect(await shell(conformance!)).toMatch(/Tests .* passed/);
    },
  );
});
