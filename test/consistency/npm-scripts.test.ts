import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** npm runs scripts with `cmd.exe` on Windows: what only a POSIX shell understands fails there. */
it.each(Object.entries(scripts))('npm run %s needs no POSIX shell', (_name, command) => {
  for (const each of command.split(' && ')) {
    expect(each).not.toMatch(/^(exec|export|source|\.|[A-Z_]+=\S*) /);
    expect(each).not.toMatch(/[$`';|<>]|\\|&/);
  }
});
