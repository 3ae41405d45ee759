-- For the trimming of recoveries: the oldest ones first.
create index recovery_finished_at_idx on recovery (finished_at) where finished_at is not null;
