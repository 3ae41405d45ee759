import type { Client } from 'pg';

const CUSTOMERS = 200;
let next = 0;

/** Opens accounts that no benchmark can exhaust; many, so that it measures the saga and not one account's queue. */
export async function openBenchCustomers(database: Client): Promise<void> {
  await database.query(
    `insert into customer.customer (customer_id, name, email, state, street, postal_code, city, country, version, updated_at)
     select 'BENCH-' || n, 'Bench ' || n, 'bench' || n || '@example.com', 'ACTIVE', 'Teststraße 1', '1000', 'Wien', 'AT', 1, now()
     from generate_series(0, $1 - 1) n`,
    [CUSTOMERS],
  );
  await database.query(
    `insert into customer.ledger_entry (customer_id, sequence, kind, amount, currency, occurred_at)
     select 'BENCH-' || n, 1, 'OPENED', 1000000000000, 'EUR', clock_timestamp() from generate_series(0, $1 - 1) n`,
    [CUSTOMERS],
  );
}

/** One of them after the other. */
export const benchCustomer = (): string => `BENCH-${next++ % CUSTOMERS}`;
