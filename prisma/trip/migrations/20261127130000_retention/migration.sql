-- For the trimming of keys: the oldest ones first.
create index command_created_at_idx on command (created_at);

-- When the operation got its first mark. A mark without a request is needed no longer than the operation's steps may arrive.
alter table operation add column marked_at timestamptz(6) not null default clock_timestamp();
create index operation_marked_at_idx on operation (marked_at) where request_key is null and mark in ('CONFIRMED', 'UNDONE', 'REFUSED');
