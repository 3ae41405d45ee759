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
  await database.query(
    `insert into customer.outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
     select gen_random_uuid(), 'customer.credit-opened', 1, 'credit', id, 1, id, clock_timestamp(),
       json_build_object('customerId', id, 'limit', json_build_object('amount', 1000000000000, 'currency', 'EUR'),
                         'reserved', json_build_object('amount', 0, 'currency', 'EUR'))
     from (select 'BENCH-' || n as id from generate_series(0, $1 - 1) n) customer`,
    [CUSTOMERS],
  );
}

/** One of them after the other. */
export const benchCustomer = (): string => `BENCH-${next++ % CUSTOMERS}`;
