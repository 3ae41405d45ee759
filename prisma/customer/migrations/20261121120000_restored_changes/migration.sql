-- Changes of reservations that were taken back: the change itself may still be on its way and must be refused.
create table restored_change (
  change_id   text primary key,
  restored_at timestamptz(6) not null default now()
);
