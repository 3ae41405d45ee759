create table product (
  sku      text primary key,
  name     text not null,
  price    bigint not null check (price >= 0),
  currency char(3) not null
);

create table orders (
  order_id          text primary key,
  customer_id       text,
  state             text not null check (state in (
    'PENDING', 'APPROVED', 'REJECTED', 'REVISION_PENDING', 'CANCEL_PENDING', 'CANCELLED', 'PAYMENT_PENDING', 'PAID', 'SHIPPED')),
  lines             jsonb not null,
  total             bigint not null check (total >= 0),
  currency          char(3) not null,
  rejection_code    text,
  rejection_detail  text,
  operation_id      text not null,
  locked_by         text,
  pending_lines     jsonb,
  pending_total     bigint check (pending_total >= 0),
  last_revision     jsonb,
  last_payment      jsonb,
  last_cancellation jsonb,
  command_count     int not null default 0,
  version           int not null,
  created_at        timestamptz(3) not null default now(),
  updated_at        timestamptz(3) not null,
  check ((state = 'REJECTED') = (rejection_code is not null)),
  constraint orders_pending_check check (
    (state in ('REVISION_PENDING', 'CANCEL_PENDING', 'PAYMENT_PENDING')) = (locked_by is not null)),
  constraint orders_revision_check check (
    (state = 'REVISION_PENDING') = (pending_lines is not null) and (pending_lines is null) = (pending_total is null))
);
create index orders_created_at_order_id_idx on orders (created_at, order_id);
create index orders_customer_id_created_at_order_id_idx on orders (customer_id, created_at, order_id);
create index orders_state_created_at_order_id_idx on orders (state, created_at, order_id);
