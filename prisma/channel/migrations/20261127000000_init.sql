-- Every service that subscribes to the PostgreSQL channel has these tables.

-- How far each consumer group has read the log, by partition, and which member reads a partition now.
create table channel_cursor (
  channel_group text not null,
  partition     int not null,
  -- Every event up to here is settled.
  position      bigint not null,
  -- The member that delivers the partition's events, and until when it may do so without a sign of life.
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
