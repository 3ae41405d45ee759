-- For GET /holds: the credit that orders have reserved, in the order in which they reserved it.
create index ledger_entry_holds_idx on ledger_entry (occurred_at, order_id) where kind = 'RESERVED';
