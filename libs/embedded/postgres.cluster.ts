import { execFile, execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { DataFolder } from './data-folder.js';
import { EmbeddedSystemError } from './embedded-system.error.js';
import { type Account, canReach, postgresAccount } from './postgres.account.js';
import type { PostgresBinaries } from './postgres.binaries.js';

export interface ClusterPlace {
  folder: string;
  account: Account | undefined;
}

/** The administrator of the embedded server, which listens on loopback only. So the password need not be secret. */
export const POSTGRES_USER = 'postgres';
export const POSTGRES_PASSWORD = 'postgres';

/** PostgreSQL's messages are English in its logs and in our errors. It inherits nothing of this process's environment. */
export const postgresEnvironment = { LC_ALL: 'C', LC_MESSAGES: 'C', PATH: '/usr/bin:/bin' };

/**
 * The folder of the cluster: in the data folder, unless PostgreSQL's user cannot reach it.
 *
 * @throws EmbeddedSystemError if the user can no longer reach an existing cluster. A new empty cluster would look like data loss.
 */
export function locateCluster(data: DataFolder, log: (line: string) => void): ClusterPlace {
  const existing = [data.postgres, data.systemWidePostgres].find((folder) => !isEmpty(folder));
  const account = postgresAccount(existing);
  if (!account) return { folder: data.postgres, account };
  if (existing) {
    if (!canReach(path.dirname(existing), account)) {
      throw new EmbeddedSystemError(
        `The database in ${existing} belongs to user ${account.uid}, who is not allowed to pass through the folders above it. Allow it ` +
          `(chmod o+x), or delete the data with npm run reset and start again.`,
      );
    }
    if (statSync(existing).uid === 0) execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, existing]); // e.g. a copy made by root
    return { folder: existing, account };
  }
  if (canReach(data.path, account)) return { folder: data.postgres, account };
  DataFolder.createSystemWide();
  log(
    `postgres: must not run as root, and user ${account.uid} cannot reach ${data.path}; the database is kept in ${data.systemWidePostgres}`,
  );
  return { folder: data.systemWidePostgres, account };
}

/**
 * Creates the cluster atomically if there is none.
 *
 * @throws EmbeddedSystemError if the folder has no cluster, or a cluster of another major version.
 */
export async function ensureCluster(
  { folder, account }: ClusterPlace,
  binaries: PostgresBinaries,
  signal?: AbortSignal,
): Promise<void> {
  if (!isEmpty(folder)) return requireVersion(folder, binaries.major);
  const making = `${folder}.new`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  const passwordFile = path.join(making, 'password');
  writeFileSync(passwordFile, POSTGRES_PASSWORD);
  for (const each of account ? [making, passwordFile] : []) chownSync(each, account!.uid, account!.gid);
  const cluster = path.join(making, 'cluster');
  const settings = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
  await promisify(execFile)(binaries.initdb, ['-D', cluster, '-U', POSTGRES_USER, `--pwfile=${passwordFile}`, ...settings], {
    ...account,
    cwd: '/',
    env: postgresEnvironment,
    signal,
  }).catch((error: Error & { stderr?: string }) => {
    signal?.throwIfAborted();
    throw new EmbeddedSystemError(
      `PostgreSQL's data folder ${folder} could not be made: ${error.stderr?.trim() || error.message}`,
    );
  });
  rmSync(folder, { recursive: true, force: true });
  renameSync(cluster, folder);
  rmSync(making, { recursive: true });
}

function requireVersion(folder: string, major: string): void {
  const file = path.join(folder, 'PG_VERSION');
  if (!existsSync(file))
    throw new EmbeddedSystemError(
      brokenCluster(folder, 'has no PG_VERSION, so it is not, or no longer, a PostgreSQL data folder'),
    );
  const found = readFileSync(file, 'utf8').trim();
  if (found !== major) {
    throw new EmbeddedSystemError(
      brokenCluster(folder, `was made by PostgreSQL ${found.slice(0, 20)}, and this is PostgreSQL ${major}`),
    );
  }
}

/** The error message for an unusable cluster. */
const brokenCluster = (folder: string, why: string): string =>
  `The database folder ${folder} ${why}. Restore a working copy of it, or delete the data with npm run reset and start again.`;

const isEmpty = (folder: string): boolean => !existsSync(folder) || readdirSync(folder).length === 0;
