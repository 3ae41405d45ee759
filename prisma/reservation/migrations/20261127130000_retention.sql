-- For the trimming of tombstones, of which nothing was published: the oldest ones first.
create index reservation_tombstone_idx on reservation (created_at) where version = 0;
