-- For GET /holds: what is authorized or captured, in the order of its last change.
create index payment_holds_idx on payment (updated_at, payment_id) where state in ('AUTHORIZED', 'CAPTURED');
