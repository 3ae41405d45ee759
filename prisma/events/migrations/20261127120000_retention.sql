-- The last version of each aggregate that retention has removed from the log. The relay and consumers go on behind it. It stays: one row
-- per aggregate, as business records stay.
create table log_head (
  service        text not null,
  aggregate_type text not null,
  aggregate_id   text not null,
  last_version   int not null,
  primary key (service, aggregate_type, aggregate_id)
);
