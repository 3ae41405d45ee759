-- The read models. Each row of a read model belongs to a generation. A rebuild writes the next generation beside the one that is read, and
-- then moves `generation` on.
create table projection (
  name        text primary key,
  -- The one that is read.
  generation  int not null,
  -- The one that a rebuild writes, while there is one.
  building    int,
  building_since timestamptz(6),
  rebuilt_at  timestamptz(6) not null default clock_timestamp(),
  -- Generation 0 is the snapshot: what the log up to this position makes of the read model. Retention removes no event that is not in it,
  -- and a rebuild begins with a copy of it. So a read model is rebuilt from its snapshot and the log, not from the log alone.
  snapshot    bigint not null default 0,
  check (building > generation)
);
comment on column projection.building_since is 'Since when consumers write the generation that is being built; null while the snapshot is copied into it.';

create table known_customer (
  generation  int not null,
  customer_id text not null,
  primary key (generation, customer_id)
);

create table customer_order (
  generation  int not null,
  order_id    text not null,
  customer_id text not null,
  state       text not null,
  lines       json not null,
  total       json not null,
  rejection   json,
  pending     json,
  last_revision     json,
  last_payment      json,
  last_cancellation json,
  saga_id     text not null,
  created_at  timestamptz(3) not null,
  updated_at  timestamptz(3) not null,
  primary key (generation, order_id)
);
create index customer_order_customer_idx on customer_order (generation, customer_id, created_at desc, order_id desc);

create table saga (
  generation  int not null,
  saga_id     text not null,
  run_id      text,
  type        text not null,
  state       text not null,
  business_id text not null,
  customer_id text,
  started_at  timestamptz(3) not null,
  ended_at    timestamptz(3),
  lost        boolean not null default false,
  open        boolean not null generated always as (ended_at is null) stored,
  primary key (generation, saga_id)
);
-- Pages of sagas: open ones first, then the newest; all, or those of a type, a customer, a state.
create index saga_newest_idx on saga (generation, open desc, started_at desc, saga_id desc);
create index saga_business_idx on saga (generation, business_id);
create index saga_type_idx on saga (generation, type, open desc, started_at desc, saga_id desc);
create index saga_customer_idx on saga (generation, customer_id, open desc, started_at desc, saga_id desc);
create index saga_state_idx on saga (generation, state, open desc, started_at desc, saga_id desc);

-- The snapshots need the log as well.
create or replace view log_reader as
select name, position from inbox_reader
union all
select 'snapshot of ' || name, snapshot from projection;
