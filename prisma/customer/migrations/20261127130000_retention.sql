-- For the trimming of tombstones: the oldest ones first.
create index released_order_released_at_idx on released_order (released_at);
create index restored_change_restored_at_idx on restored_change (restored_at);
