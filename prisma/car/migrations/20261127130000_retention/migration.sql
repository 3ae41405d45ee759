-- For the trimming of keys: the oldest ones first.
create index command_created_at_idx on command (created_at);

-- For the trimming of tombstones, of which nothing was published: the oldest ones first.
create index reservation_tombstone_idx on reservation (created_at) where version = 0;
