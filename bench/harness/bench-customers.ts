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
     select gen_random_uuid(), 'customer.' || fact.name, 1, 'customer', id, fact.version, id, clock_timestamp(), fact.data
     from (select 'BENCH-' || n as id from generate_series(0, $1 - 1) n) customer,
     lateral (values
       (1, 'registered', json_build_object('customerId', id, 'state', 'ACTIVE')),
       (2, 'credit-opened', json_build_object('customerId', id, 'limit', json_build_object('amount', 1000000000000, 'currency', 'EUR'),
                                              'reserved', json_build_object('amount', 0, 'currency', 'EUR')))
     ) fact (version, name, data)
     order by fact.version`,
    [CUSTOMERS],
  );
}

/** One of them after the other. */
export const benchCustomer = (): string => `BENCH-${next++ % CUSTOMERS}`;
