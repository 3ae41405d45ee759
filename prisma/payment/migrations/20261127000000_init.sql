-- A payment, which the bank decided when it was authorized.
create table payment (
  payment_id       text primary key,
  -- Null, like method and amount, for a tombstone: a payment that was voided before it was authorized.
  customer_id      text,
  trip_id          text,
  order_id         text,
  payment_method   text,
  state            text not null check (state in ('AUTHORIZED', 'CAPTURED', 'VOIDED', 'REFUNDED', 'DECLINED')),
  amount           bigint check (amount >= 0),
  currency         char(3),
  -- When an authorization expires that is neither captured nor voided.
  authorized_until timestamptz(3),
  -- The sum of all refunds.
  refunded         bigint not null default 0 check (refunded >= 0 and refunded <= coalesce(amount, 0)),
  decline_code     text,
  decline_detail   text,
  -- Counts the changes. Each publishes one event with this version, so a tombstone has 0.
  version          int not null,
  created_at       timestamptz(3) not null default now(),
  updated_at       timestamptz(3) not null,
  check (num_nulls(customer_id, payment_method, amount, currency) in (0, 4)),
  check (customer_id is not null or state = 'VOIDED'),
  check (state <> 'AUTHORIZED' or authorized_until is not null),
  check (num_nonnulls(trip_id, order_id) = case when customer_id is null then 0 else 1 end),
  check ((state = 'DECLINED') = (decline_code is not null)),
  check ((state = 'REFUNDED') = (refunded > 0))
);
-- Pages of payments, newest first.
create index payment_created_at_payment_id_idx on payment (created_at, payment_id);
create index payment_trip_id_idx on payment (trip_id);
create index payment_order_id_idx on payment (order_id);
-- The authorizations that expire next.
create index payment_authorized_until_idx on payment (authorized_until) where state = 'AUTHORIZED';
-- GET /holds: in the order of the last change.
create index payment_holds_idx on payment (updated_at, payment_id) where state in ('AUTHORIZED', 'CAPTURED');
-- Retention removes the oldest tombstones first.
create index payment_tombstone_idx on payment (created_at) where version = 0;
