-- Participants whose aggregates are locked by operations of several steps have this table.

-- How far an operation on an aggregate has come. A step that is late, or is repeated, finds its operation here.
create table operation (
  aggregate_id text not null,
  command      text not null,
  operation_id text not null,
  mark         text not null check (mark in ('BEGUN', 'COMMITTED', 'CONFIRMED', 'UNDONE', 'REFUSED')),
  -- The request of a caller that the operation is for, if the caller has sent a key.
  request_key  text,
  fingerprint  text,
  marked_at    timestamptz(6) not null default clock_timestamp(),
  primary key (aggregate_id, command, operation_id),
  check ((request_key is null) = (fingerprint is null))
);
create index operation_request_key_idx on operation (aggregate_id, request_key) where request_key is not null;
-- Retention removes final marks once no step of the operation can arrive any more. A mark with a request stays with its aggregate.
create index operation_marked_at_idx on operation (marked_at) where request_key is null and mark in ('CONFIRMED', 'UNDONE', 'REFUSED');
