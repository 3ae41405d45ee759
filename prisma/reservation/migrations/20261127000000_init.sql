-- Every participant that takes reservations has these tables. libs/reservation reads and writes them.

-- The things that can be reserved, and how much of each there is on an ordinary day.
create table resource (
  resource_id text primary key,
  -- As readers see it.
  particulars json not null,
  capacity    int not null check (capacity >= 0),
  -- Of one unit for one day.
  price       bigint not null check (price >= 0),
  currency    char(3) not null
);

-- How much of a resource is taken on a day by reservations that are HELD or CONFIRMED. The first request for a day adds its row. The check
-- makes overbooking impossible, whatever the code does.
create table allotment (
  resource_id text not null references resource on delete restrict on update restrict,
  day         date not null,
  capacity    int not null,
  taken       int not null,
  primary key (resource_id, day),
  constraint allotment_not_overbooked check (taken between 0 and capacity)
);

-- One for each trip. Without items it is a tombstone: the trip was cancelled before it reserved anything.
create table reservation (
  trip_id    text primary key,
  state      text not null check (state in ('HELD', 'CONFIRMED', 'CANCELLED', 'EXPIRED')),
  hold_until timestamptz(3),
  -- Counts the changes of state. Each publishes one event with this version, so a tombstone has 0.
  version    int not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  check (hold_until is not null or state = 'CANCELLED')
);
-- The holds that expire next.
create index reservation_hold_until_idx on reservation (hold_until) where state = 'HELD';
-- Pages of reservations, newest first: all, or in a state.
create index reservation_created_at_trip_id_idx on reservation (created_at, trip_id);
create index reservation_state_created_at_trip_id_idx on reservation (state, created_at, trip_id);
-- GET /holds: in the order of the last change.
create index reservation_holds_idx on reservation (updated_at, trip_id) where state in ('HELD', 'CONFIRMED');
-- Retention removes the oldest tombstones first.
create index reservation_tombstone_idx on reservation (created_at) where version = 0;

-- The content of a reservation: units of a resource on every day of a range.
create table reservation_item (
  reservation_id text primary key,
  trip_id        text not null references reservation on delete restrict on update restrict,
  position       int not null,
  resource_id    text not null references resource on delete restrict on update restrict,
  first_day      date not null,
  last_day       date not null check (last_day >= first_day),
  units          int not null check (units >= 1),
  request        json not null,
  price          bigint not null check (price >= 0),
  currency       char(3) not null,
  unique (trip_id, position)
);
create index reservation_item_resource_id_last_day_idx on reservation_item (resource_id, last_day);
