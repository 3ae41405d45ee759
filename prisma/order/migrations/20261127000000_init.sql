-- What can be ordered, at its price now. An order keeps the price that it was placed at.
create table product (
  sku      text primary key,
  name     text not null,
  price    bigint not null check (price >= 0),
  currency char(3) not null
);

-- An order is read and written as a whole, so its lines are a document. `order` is a reserved word of SQL, hence `orders`.
create table orders (
  order_id          text primary key,
  -- Null for a tombstone: an order that was rejected before it was created.
  customer_id       text,
  state             text not null check (state in (
    'PENDING', 'APPROVED', 'REJECTED', 'REVISION_PENDING', 'CANCEL_PENDING', 'CANCELLED', 'PAYMENT_PENDING', 'PAID', 'SHIPPED')),
  lines             jsonb not null,
  total             bigint not null check (total >= 0),
  currency          char(3) not null,
  rejection_code    text,
  rejection_detail  text,
  -- The operation that created the order.
  operation_id      text not null,
  -- The operation that locks the order; the state says which command it belongs to.
  locked_by         text,
  -- What the order becomes when its revision is confirmed.
  pending_lines     jsonb,
  pending_total     bigint check (pending_total >= 0),
  -- Why the latest command of each kind had no effect, if it had none.
  last_revision     jsonb,
  last_payment      jsonb,
  last_cancellation jsonb,
  command_count     int not null default 0,
  -- Counts the changes. Each publishes one event with this version.
  version           int not null,
  created_at        timestamptz(3) not null default now(),
  updated_at        timestamptz(3) not null,
  check ((state = 'REJECTED') = (rejection_code is not null)),
  constraint orders_pending_check check (
    (state in ('REVISION_PENDING', 'CANCEL_PENDING', 'PAYMENT_PENDING')) = (locked_by is not null)),
  constraint orders_revision_check check (
    (state = 'REVISION_PENDING') = (pending_lines is not null) and (pending_lines is null) = (pending_total is null))
);
-- Pages of orders, newest first: of all, of a customer, in a state.
create index orders_created_at_order_id_idx on orders (created_at, order_id);
create index orders_customer_id_created_at_order_id_idx on orders (customer_id, created_at, order_id);
create index orders_state_created_at_order_id_idx on orders (state, created_at, order_id);
-- GET /holds: the orders that wait for an operation, in the order of their last change.
create index orders_holds_idx on orders (updated_at, order_id)
  where state in ('PENDING', 'REVISION_PENDING', 'CANCEL_PENDING', 'PAYMENT_PENDING');
