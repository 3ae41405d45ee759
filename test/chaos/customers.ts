import type pg from 'pg';
import { CUSTOMERS } from './make-schedule.js';

/** The customer of that number; the seed's customers are left alone. */
export const customerId = (number: number): string => `CHAOS-${number}`;

/** One whose credit is never short, to measure what the machine sustains. */
export const RICH_CUSTOMER = 'CHAOS-RICH';

/** In cents: from 60 to 500 euros, so that credit runs out. */
export const smallLimit = (number: number): number => 60_00 + number * 40_00;

/** Opens the accounts as onboarding would have: customer, ledger and events. */
export async function openCustomers(database: pg.Pool, limitOf = smallLimit): Promise<void> {
  const accounts = Array.from({ length: CUSTOMERS }, (_, number) => ({ id: customerId(number), limit: limitOf(number) }));
  accounts.push({ id: RICH_CUSTOMER, limit: 1_000_000_00 });
  await database.query(
    `with account as (select * from jsonb_to_recordset($1::jsonb) as account (id text, "limit" bigint)),
     person as (
       insert into customer.customer (customer_id, name, email, state, street, postal_code, city, country, version, updated_at)
       select id, id, lower(id) || '@example.com', 'ACTIVE', 'Street 1', '1000', 'Town', 'NL', 1, now() from account
     ),
     entry as (
       insert into customer.ledger_entry (customer_id, sequence, kind, amount, currency, occurred_at)
       select id, 1, 'OPENED', "limit", 'EUR', clock_timestamp() from account
     )
     insert into customer.outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
     select gen_random_uuid(), 'customer.' || fact.name, 1, 'customer', id, fact.version, id, clock_timestamp(), fact.data
     from account, lateral (values
       (1, 'registered', json_build_object('customerId', id, 'state', 'ACTIVE')),
       (2, 'credit-opened', json_build_object('customerId', id, 'limit', json_build_object('amount', "limit", 'currency', 'EUR'),
                                              'reserved', json_build_object('amount', 0, 'currency', 'EUR')))
     ) fact (version, name, data)
     order by fact.version`,
    [JSON.stringify(accounts)],
  );
}
