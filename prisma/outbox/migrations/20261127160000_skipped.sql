-- For the retention of skipped events: those that were decided first.
create index outbox_dead_decided_idx on outbox_dead (decided_at) where state = 'skipped';
