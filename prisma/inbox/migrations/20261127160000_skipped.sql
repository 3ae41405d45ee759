-- For the upkeep, which removes decisions about events that the log has no longer: the oldest ones first.
create index inbox_dead_skipped_idx on inbox_dead (consumer, position) where state = 'skipped';
