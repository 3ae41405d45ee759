import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

export interface Account {
  uid: number;
  gid: number;
}

const NOBODY: Account = { uid: 65_534, gid: 65_534 };

/**
 * The account for PostgreSQL, which refuses to run as root: the owner of an existing cluster, else `postgres`, else `nobody`.
 *
 * @returns undefined if this user is not root, so that PostgreSQL can run as this user.
 */
export function postgresAccount(cluster?: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (cluster && existsSync(cluster)) {
    const { uid, gid } = statSync(cluster);
    if (uid !== 0) return { uid, gid };
  }
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return NOBODY;
  }
}

/** Whether that user may pass through a folder and every one above it. */
export function canReach(folder: string, account: Account): boolean {
  const { uid, gid, mode } = statSync(folder);
  const passable = uid === account.uid ? mode & 0o100 : gid === account.gid ? mode & 0o010 : mode & 0o001;
  const above = path.dirname(folder);
  return Boolean(passable) && (above === folder || canReach(above, account));
}
