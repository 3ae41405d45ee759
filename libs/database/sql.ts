/**
 * SQL with its parameters in their places: `sql`select … where order_id = ${orderId}``. A value becomes a parameter of the statement,
 * a nested `sql` becomes a part of it. `pg` and Prisma's `$queryRaw` and `$executeRaw` take the result. `raw` is for names that the code
 * itself chooses, never for input.
 */
export { default as sql, join, raw, type Sql } from 'sql-template-tag';
