alter table endpoint
  -- Whether the URL has to prove, by the echo of a challenge, that it wants events: 'needed' since the URL was set, 'given' for this URL.
  add column proof text not null default 'none' check (proof in ('none', 'needed', 'given')),
  -- While pending after a change of the URL: the state to go on in. Events are held meanwhile, which a new hook does not ask for.
  add column resume_state text check (resume_state in ('enabled', 'paused')),
  -- The caller that made it; the limit of hooks is one for each.
  add column owner text not null default '',
  -- Up to this position of the log it is not known any more what has succeeded: such deliveries have been removed.
  add column trimmed_position bigint not null default 0;
create index endpoint_owner_idx on endpoint (owner);

alter table recovery drop constraint recovery_state_check;
-- expired: what it was to leave out is not known any more.
alter table recovery add constraint recovery_state_check check (state in ('running', 'done', 'expired'));

-- The deliveries of one event.
create index delivery_event_idx on delivery (event_id, created_at, delivery_id);

-- What is still encrypted with an old key.
create index endpoint_secret_key_idx on endpoint_secret (key_id, secret_id);
create index command_key_id_idx on command (key_id, key);

-- Fires for every removal of deliveries: a recovery must not take what has succeeded for missing.
create function raise_trimmed_position() returns trigger language plpgsql as $$
begin
  update hooks.endpoint e set trimmed_position = trimmed.position
  from (select hook_id, max(position) as position from removed where state = 'succeeded' group by hook_id) trimmed
  where e.hook_id = trimmed.hook_id and e.trimmed_position < trimmed.position;
  return null;
end $$;
create trigger delivery_trimmed after delete on delivery referencing old table as removed
  for each statement execute function raise_trimmed_position();
