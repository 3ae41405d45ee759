-- Customers to try things with: five with different limits, and CUST-FRANK, whose credit account is blocked. It is what onboarding
-- would have written: the customer, the entries of the ledger, and an event for each. Only customers that are missing are added, all
-- of it or nothing, so an event that has left the outbox does not come back.
with registered as (
  insert into customer (customer_id, name, email, state, street, postal_code, city, country, version, created_at, updated_at)
  select person.*, 1, '2025-01-01T09:00:00Z', '2025-01-01T09:00:00Z'
  from (values
    ('CUST-ALICE', 'Alice Janssen', 'alice.janssen@example.com', 'ACTIVE', 'Prinsengracht 263', '1016 GV', 'Amsterdam', 'NL'),
    ('CUST-BRUNO', 'Bruno Keller', 'bruno.keller@example.com', 'ACTIVE', 'Torstraße 140', '10119', 'Berlin', 'DE'),
    ('CUST-CLARA', 'Clara Rossi', 'clara.rossi@example.com', 'ACTIVE', 'Via dei Giubbonari 30', '00186', 'Roma', 'IT'),
    ('CUST-DAVID', 'David Lefèvre', 'david.lefevre@example.com', 'ACTIVE', '12 Rue des Rosiers', '75004', 'Paris', 'FR'),
    ('CUST-ELENA', 'Elena García', 'elena.garcia@example.com', 'ACTIVE', 'Calle de las Huertas 18', '28012', 'Madrid', 'ES'),
    ('CUST-FRANK', 'Frank Novak', 'frank.novak@example.com', 'ACTIVE', 'Mariahilfer Straße 88', '1070', 'Wien', 'AT')
  ) person
  on conflict (customer_id) do nothing
  returning customer_id
),
fact (customer_id, sequence, kind, amount, credit_limit, type, event_id) as (
  values
    ('CUST-ALICE', 0, null, 0, 10000, 'customer.registered', '01942117-de80-7000-8000-000000000001'::uuid),
    ('CUST-ALICE', 1, 'OPENED', 10000, 10000, 'customer.credit-opened', '01942117-e268-7000-8000-000000000001'),
    ('CUST-BRUNO', 0, null, 0, 50000, 'customer.registered', '01942117-de80-7000-8000-000000000002'::uuid),
    ('CUST-BRUNO', 1, 'OPENED', 50000, 50000, 'customer.credit-opened', '01942117-e268-7000-8000-000000000002'),
    ('CUST-CLARA', 0, null, 0, 100000, 'customer.registered', '01942117-de80-7000-8000-000000000003'::uuid),
    ('CUST-CLARA', 1, 'OPENED', 100000, 100000, 'customer.credit-opened', '01942117-e268-7000-8000-000000000003'),
    ('CUST-DAVID', 0, null, 0, 250000, 'customer.registered', '01942117-de80-7000-8000-000000000004'::uuid),
    ('CUST-DAVID', 1, 'OPENED', 250000, 250000, 'customer.credit-opened', '01942117-e268-7000-8000-000000000004'),
    ('CUST-ELENA', 0, null, 0, 500000, 'customer.registered', '01942117-de80-7000-8000-000000000005'::uuid),
    ('CUST-ELENA', 1, 'OPENED', 500000, 500000, 'customer.credit-opened', '01942117-e268-7000-8000-000000000005'),
    ('CUST-FRANK', 0, null, 0, 50000, 'customer.registered', '01942117-de80-7000-8000-000000000006'::uuid),
    ('CUST-FRANK', 1, 'OPENED', 50000, 50000, 'customer.credit-opened', '01942117-e268-7000-8000-000000000006'),
    ('CUST-FRANK', 2, 'BLOCKED', 0, 50000, 'customer.credit-blocked', '01942117-e650-7000-8000-000000000006')
),
missing as (
  select fact.*, timestamptz '2025-01-01T09:00:00Z' + sequence * interval '1 second' as occurred_at from fact join registered using (customer_id)
),
entered as (
  insert into ledger_entry (customer_id, sequence, kind, amount, currency, occurred_at)
  select customer_id, sequence, kind, amount, 'EUR', occurred_at from missing where kind is not null
)
insert into outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
select event_id, type, 1, 'customer', customer_id, 1 + sequence, customer_id, occurred_at,
       case when kind is null then json_build_object('customerId', customer_id, 'state', 'ACTIVE')
            else json_build_object('customerId', customer_id, 'limit', json_build_object('amount', credit_limit, 'currency', 'EUR'),
                                   'reserved', json_build_object('amount', 0, 'currency', 'EUR')) end
from missing
order by occurred_at, customer_id;
