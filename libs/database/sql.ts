import { default as sql, join, raw, type Sql } from 'sql-template-tag';

/**
 * SQL with its parameters in their places: `sql`select … where order_id = ${orderId}``. A value becomes a parameter of the statement,
 * a nested `sql` becomes a part of it. `raw` is for names that the code itself chooses, never for input.
 *
 * The statements of `pg` only. Prisma has a tag of its own, which takes a nested `sql` of this one for a value (ADR 24).
 */
export { join, raw, sql, type Sql };

/** A condition on an optional value. Without the value, every row matches. */
export const ifGiven = (value: unknown, condition: Sql): Sql => (value === undefined || value === null ? sql`true` : condition);
