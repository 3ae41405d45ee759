-- How far each group of this service has come in the log, partition by partition, and who of its members has which. Every service that
-- subscribes has this same file among its migrations (test/house/channel-tables.test.ts).
create table channel_cursor (
  channel_group text not null,
  partition     int not null,
  -- Everything up to here is settled.
  position      bigint not null,
  -- Who delivers it now, until when if nothing is heard of them.
  member        uuid,
  leased_until  timestamptz(6),
  updated_at    timestamptz(6) not null default clock_timestamp(),
  primary key (channel_group, partition),
  check ((member is null) = (leased_until is null))
);
create table channel_member (
  channel_group text not null,
  member        uuid not null,
  seen_at       timestamptz(6) not null,
  primary key (channel_group, member)
);
