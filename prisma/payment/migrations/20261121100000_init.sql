create table payment (
  payment_id       text primary key,
  customer_id      text,
  trip_id          text,
  order_id         text,
  payment_method   text,
  state            text not null check (state in ('AUTHORIZED', 'CAPTURED', 'VOIDED', 'REFUNDED', 'DECLINED')),
  amount           bigint check (amount >= 0),
  currency         char(3),
  authorized_until timestamptz(3),
  refunded         bigint not null default 0 check (refunded >= 0 and refunded <= coalesce(amount, 0)),
  decline_code     text,
  decline_detail   text,
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
create index payment_created_at_payment_id_idx on payment (created_at, payment_id);
create index payment_trip_id_idx on payment (trip_id);
create index payment_order_id_idx on payment (order_id);
create index payment_authorized_until_idx on payment (authorized_until) where state = 'AUTHORIZED';
