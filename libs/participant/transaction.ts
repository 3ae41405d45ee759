import type { Sql } from '@prisma/client/runtime/client';

/** The part of every generated Prisma client that the kit itself uses, inside a transaction. */
export interface Transaction {
  $executeRaw(query: TemplateStringsArray | Sql, ...values: unknown[]): Promise<number>;
  $queryRaw<Row = unknown>(query: TemplateStringsArray | Sql, ...values: unknown[]): Promise<Row>;
}

/** A generated Prisma client, as far as the kit uses it. */
export interface Database<Tx extends Transaction> extends Transaction {
  $transaction<Result>(work: (tx: Tx) => Promise<Result>, options?: { maxWait?: number; timeout?: number }): Promise<Result>;
}
