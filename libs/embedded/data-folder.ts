import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Where the embedded default keeps what must outlive it. Everything in there is listed here, so that a reset forgets nothing. */
export class DataFolder {
  /** In this folder. Temporal puts what it is given into a URL unescaped, so it must not be given the folder's path. */
  static readonly temporalDatabaseName = 'temporal.db';

  readonly path: string;

  constructor(dataDir: string) {
    this.path = path.resolve(dataDir);
  }

  get postgres(): string {
    return path.join(this.path, 'postgres');
  }

  /** Where the cluster lives when PostgreSQL's user cannot reach this folder; named after it, so that each project has its own. */
  get systemWidePostgres(): string {
    return path.join(DataFolder.systemWide, createHash('sha256').update(this.path).digest('hex').slice(0, 16));
  }

  /** Outside every home: only root, who must start PostgreSQL as somebody else, ever needs it. */
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

  /** The key that the secrets of hooks are encrypted with: without it the database's are worth nothing. */
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

  /** All that a reset takes away. What somebody else has put into the folder stays. */
  get everything(): string[] {
    const clusters = [this.postgres, this.systemWidePostgres].flatMap((folder) => [folder, `${folder}.new`]);
    const sqlite = ['', '-wal', '-shm', '-journal'].map((suffix) => this.temporalDatabase + suffix);
    return [...clusters, ...sqlite, this.hooksSecretKey, this.pidFile, `${this.pidFile}.new`, this.logs];
  }

  /** Makes the folder if there is none. Root's, while it is empty, is opened for PostgreSQL's user to pass through. */
  create(): void {
    mkdirSync(this.path, { recursive: true });
    if (process.getuid?.() === 0 && readdirSync(this.path).length === 0) chmodSync(this.path, 0o711);
    mkdirSync(this.logs, { recursive: true });
  }
}
