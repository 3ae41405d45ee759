import pg from 'pg';
import { roleOf } from './service-url.js';
import { sql } from './sql.js';

/**
 * Gives a service its PostgreSQL role and a schema of its own, which no other service's role can look into. May be repeated; the role's
 * password is set to the given one each time.
 */
export async function provision(admin: pg.Client, service: string, rolePassword: string): Promise<void> {
  const role = pg.escapeIdentifier(roleOf(service));
  const schema = pg.escapeIdentifier(service);
  const { rowCount } = await admin.query(sql`select from pg_roles where rolname = ${roleOf(service)}`);
  if (!rowCount) await admin.query(`create role ${role}`);
  await admin.query(
    `alter role ${role} with login nosuperuser nocreatedb nocreaterole password ${pg.escapeLiteral(rolePassword)}`,
  );
  // The administrator need not be a superuser: to create a schema for the role it must be a member of it.
  await admin.query(`grant ${role} to current_user`);
  await admin.query(`create schema if not exists ${schema} authorization ${role}`);
  await admin.query(`alter role ${role} set search_path = ${schema}`);
  await admin.query(`revoke all on schema public from public`);
}
