-- For GET /holds: what is held, in the order of its last change.
create index reservation_holds_idx on reservation (updated_at, trip_id) where state in ('HELD', 'CONFIRMED');
