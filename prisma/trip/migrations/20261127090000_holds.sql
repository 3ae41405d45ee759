-- For GET /holds: the trips that wait for an operation, in the order of their last change.
create index trip_holds_idx on trip (updated_at, trip_id) where state in ('PENDING', 'AWAITING_APPROVAL', 'CANCELLING');
