-- Commands on an order that stands: revise, cancel, pay, ship. Each locks the order for its saga while it is under way.
alter table orders
  drop constraint orders_state_check,
  add constraint orders_state_check check (state in (
    'PENDING', 'APPROVED', 'REJECTED', 'REVISION_PENDING', 'CANCEL_PENDING', 'CANCELLED', 'PAYMENT_PENDING', 'PAID', 'SHIPPED')),
  add column pending_saga_id text,
  add column pending_lines jsonb,
  add column pending_total bigint check (pending_total >= 0),
  add column last_revision jsonb,
  add column last_payment jsonb,
  add column last_cancellation jsonb,
  add column command_count int not null default 0,
  add constraint orders_pending_check check (
    (state in ('REVISION_PENDING', 'CANCEL_PENDING', 'PAYMENT_PENDING')) = (pending_saga_id is not null)),
  add constraint orders_revision_check check (
    (state = 'REVISION_PENDING') = (pending_lines is not null) and (pending_lines is null) = (pending_total is null));

create table saga_mark (
  aggregate_id text not null,
  command      text not null,
  saga_id      text not null,
  mark         text not null check (mark in ('BEGUN', 'COMMITTED', 'CONFIRMED', 'UNDONE', 'REFUSED')),
  primary key (aggregate_id, command, saga_id)
);
