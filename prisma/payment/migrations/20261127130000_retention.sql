-- For the trimming of tombstones, of which nothing was published: the oldest ones first.
create index payment_tombstone_idx on payment (created_at) where version = 0;
