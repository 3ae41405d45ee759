-- For the trimming of keys: the oldest ones first.
create index command_created_at_idx on command (created_at);

-- For the trimming of tombstones: the oldest ones first.
create index released_order_released_at_idx on released_order (released_at);
create index restored_change_restored_at_idx on restored_change (restored_at);
