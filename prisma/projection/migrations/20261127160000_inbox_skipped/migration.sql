-- For the upkeep, which removes decisions about events that the log has no longer. Every consuming service has this same file
-- (test/house/inboxes.test.ts).
create index inbox_dead_skipped_idx on inbox_dead (consumer, position) where state = 'skipped';
