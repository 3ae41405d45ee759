create table customer (
  customer_id text primary key,
  name        text not null,
  email       text not null,
  state       text not null check (state in ('REGISTERED', 'ACTIVE', 'REFUSED')),
  street      text not null,
  postal_code text not null,
  city        text not null,
  country     text not null,
  version     int not null,
  created_at  timestamptz(3) not null default now(),
  updated_at  timestamptz(3) not null
);

-- The ledger of every credit account. An account is the sum of its entries, so entries are added and never changed. The primary key is the
-- optimistic lock: two writers that read the same last entry cannot both add the next one.
create table ledger_entry (
  customer_id text not null references customer on delete restrict on update restrict,
  sequence    int not null check (sequence >= 1),
  kind        text not null check (kind in ('OPENED', 'LIMIT_CHANGED', 'RESERVED', 'CHANGED', 'RELEASED', 'BLOCKED', 'UNBLOCKED')),
  -- Exact as a number in JSON.
  amount      bigint not null check (abs(amount) <= 9007199254740991),
  currency    char(3) not null,
  order_id    text,
  -- The operation that changed the reservation. A restore reverses what this operation added.
  change_id   text,
  occurred_at timestamptz(6) not null,
  primary key (customer_id, sequence),
  check (change_id is null or kind = 'CHANGED'),
  check ((sequence = 1) = (kind = 'OPENED')),
  check ((order_id is not null) = (kind in ('RESERVED', 'CHANGED', 'RELEASED'))),
  check (case kind when 'OPENED' then amount >= 0 when 'RESERVED' then amount >= 0 when 'RELEASED' then amount <= 0
                   when 'BLOCKED' then amount = 0 when 'UNBLOCKED' then amount = 0 else true end)
);
-- An instant names one state of an account. The index also finds the state at an instant.
create unique index ledger_entry_customer_id_occurred_at_key on ledger_entry (customer_id, occurred_at);
create index ledger_entry_order_id_idx on ledger_entry (order_id);
-- An order reserves once and is released once, however often a command is repeated.
create unique index ledger_entry_reserved_once on ledger_entry (order_id) where kind = 'RESERVED';
create unique index ledger_entry_released_once on ledger_entry (order_id) where kind = 'RELEASED';
-- GET /holds: the credit that orders have reserved, in the order in which they reserved it.
create index ledger_entry_holds_idx on ledger_entry (occurred_at, order_id) where kind = 'RESERVED';

create function forbid_ledger_change() returns trigger language plpgsql as $$
begin
  raise exception 'The ledger is append-only: % on % is forbidden. Add an entry that corrects it instead.', tg_op, tg_table_name
    using errcode = 'restrict_violation';
end $$;
create trigger ledger_entry_append_only before update or delete or truncate on ledger_entry
  for each statement execute function forbid_ledger_change();

-- The sum of the ledger at some of its entries, so that reading an account takes a bounded number of entries. Rows may be deleted.
create table ledger_snapshot (
  customer_id  text not null,
  sequence     int not null,
  currency     char(3) not null,
  credit_limit bigint not null,
  reserved     bigint not null,
  blocked      boolean not null,
  occurred_at  timestamptz(6) not null,
  primary key (customer_id, sequence),
  foreign key (customer_id, sequence) references ledger_entry on delete restrict on update restrict
);

-- Tombstones: orders that were released before they reserved anything. Their reservation may arrive later and must be refused.
create table released_order (
  order_id    text primary key,
  released_at timestamptz(6) not null default clock_timestamp()
);
-- Retention removes the oldest tombstones first.
create index released_order_released_at_idx on released_order (released_at);

-- Tombstones: changes of reservations that were restored. A change that arrives later must be refused.
create table restored_change (
  order_id    text not null,
  change_id   text not null,
  restored_at timestamptz(6) not null default clock_timestamp(),
  primary key (order_id, change_id)
);
create index restored_change_restored_at_idx on restored_change (restored_at);
