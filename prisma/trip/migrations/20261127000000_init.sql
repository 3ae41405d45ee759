-- A trip is read and written as a whole, so its parts are a document.
create table trip (
  trip_id              text primary key,
  -- Null for a tombstone: a trip that failed before it was created.
  customer_id          text,
  state                text not null
    check (state in ('PENDING', 'AWAITING_APPROVAL', 'BOOKED', 'FAILED', 'CANCELLING', 'CANCELLED')),
  parts                jsonb not null,
  total                bigint not null check (total >= 0),
  currency             char(3) not null,
  failure              jsonb,
  -- The refund of a cancelled trip, in the trip's currency.
  refund               bigint check (refund >= 0),
  -- When the reminder of the approval was published. There is one, however often it is requested.
  approval_reminded_at timestamptz(3),
  -- The operation that locks the trip.
  locked_by            text,
  last_cancellation    jsonb,
  command_count        int not null default 0,
  -- The operation that created the trip.
  operation_id         text not null,
  -- Counts the changes. Each publishes one event with this version.
  version              int not null,
  created_at           timestamptz(3) not null default now(),
  updated_at           timestamptz(3) not null,
  check (customer_id is not null or state = 'FAILED'),
  check ((state = 'FAILED') = (failure is not null)),
  check ((state = 'CANCELLING') = (locked_by is not null)),
  check ((state = 'CANCELLED') = (refund is not null))
);
-- Pages of trips, newest first: of all, of a customer, in a state.
create index trip_created_at_trip_id_idx on trip (created_at, trip_id);
create index trip_customer_id_created_at_trip_id_idx on trip (customer_id, created_at, trip_id);
create index trip_state_created_at_trip_id_idx on trip (state, created_at, trip_id);
-- GET /holds: the trips that wait for an operation, in the order of their last change.
create index trip_holds_idx on trip (updated_at, trip_id) where state in ('PENDING', 'AWAITING_APPROVAL', 'CANCELLING');
