import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/** The folder for the embedded system's data. Every file in it is listed here, so that a reset deletes all of them. */
export class DataFolder {
  /** Relative to this folder. Temporal puts the path into a URL without escaping, so the folder's path must not be part of it. */
  static readonly temporalDatabaseName = 'temporal.db';

  readonly path: string;

  constructor(dataDir: string) {
    this.path = path.resolve(dataDir);
  }

  get postgres(): string {
    return path.join(this.path, 'postgres');
  }

  /** The cluster's folder if PostgreSQL's user cannot reach this one. Its name derives from this folder, so each project has its own. */
  get systemWidePostgres(): string {
    return path.join(DataFolder.systemWide, createHash('sha256').update(this.path).digest('hex').slice(0, 16));
  }

  /** Outside every home folder. Only root needs it, because root must start PostgreSQL as another user. */
  static get systemWide(): string {
    return '/var/lib/roundtrip';
  }

  static createSystemWide(): void {
    mkdirSync(DataFolder.systemWide, { recursive: true });
    chmodSync(DataFolder.systemWide, 0o755); // whatever the umask
  }

  get temporalDatabase(): string {
    return path.join(this.path, DataFolder.temporalDatabaseName);
  }

  /** The key that encrypts the secrets of hooks. Without it nobody can decrypt the secrets in the database. */
  get hooksSecretKey(): string {
    return path.join(this.path, 'hooks-secret.key');
  }

  get pidFile(): string {
    return path.join(this.path, 'run.json');
  }

  get logs(): string {
    return path.join(this.path, 'logs');
  }

  logOf(processName: string): string {
    return path.join(this.logs, `${processName}.log`);
  }

  /** Everything that a reset deletes. Other files in the folder stay. */
  get everything(): string[] {
    const clusters = [this.postgres, this.systemWidePostgres].flatMap((folder) => [folder, `${folder}.new`]);
    const sqlite = ['', '-wal', '-shm', '-journal'].map((suffix) => this.temporalDatabase + suffix);
    return [...clusters, ...sqlite, this.hooksSecretKey, this.pidFile, `${this.pidFile}.new`, this.logs];
  }

  /** Creates the folder. If it belongs to root and is empty, PostgreSQL's user may pass through it. */
  create(): void {
    mkdirSync(this.path, { recursive: true });
    if (process.getuid?.() === 0 && readdirSync(this.path).length === 0) chmodSync(this.path, 0o711);
    mkdirSync(this.logs, { recursive: true });
  }

  /** Removes the folder with everything in it, and the cluster that may live elsewhere. Nothing of the system may run. */
  remove(): void {
    for (const each of [...this.everything, this.path]) rmSync(each, { recursive: true, force: true });
  }
}
