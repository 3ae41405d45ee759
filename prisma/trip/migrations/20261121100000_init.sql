create table trip (
  trip_id              text primary key,
  customer_id          text,
  state                text not null
    check (state in ('PENDING', 'AWAITING_APPROVAL', 'BOOKED', 'FAILED', 'CANCELLING', 'CANCELLED')),
  parts                jsonb not null,
  total                bigint not null check (total >= 0),
  currency             char(3) not null,
  failure              jsonb,
  refund               bigint check (refund >= 0),
  approval_reminded_at timestamptz(3),
  locked_by            text,
  last_cancellation    jsonb,
  command_count        int not null default 0,
  operation_id         text not null,
  version              int not null,
  created_at           timestamptz(3) not null default now(),
  updated_at           timestamptz(3) not null,
  check (customer_id is not null or state = 'FAILED'),
  check ((state = 'FAILED') = (failure is not null)),
  check ((state = 'CANCELLING') = (locked_by is not null)),
  check ((state = 'CANCELLED') = (refund is not null))
);
create index trip_created_at_trip_id_idx on trip (created_at, trip_id);
create index trip_customer_id_created_at_trip_id_idx on trip (customer_id, created_at, trip_id);
create index trip_state_created_at_trip_id_idx on trip (state, created_at, trip_id);
