import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { system } from './system.js';

/** An empty database that a test has made. */
export interface TestDatabase {
  name: string;
  /** As the administrator of its server. */
  url: string;
  /** Ends its connections, too. */
  drop(): Promise<void>;
}

/** Creates a database. @param serverUrl of the server as its administrator. Default: the system's own. */
export async function createDatabase(serverUrl = system().databaseAdminUrl): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await atServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { name, url: url.href, drop: () => atServer(serverUrl, `drop database ${name} with (force)`) };
}

async function atServer(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
