-- One row a mail: what it is about, and how far it has come. Neither an address nor a name nor the words stand here: who gets it is asked
-- when it is sent, and what it says follows from the event.
create table mail (
  mail_id         uuid primary key,               -- of the occurrence: an event is mailed once
  type            text not null,
  type_version    smallint not null,
  subject         text not null,                  -- of the event: the order, the trip, the saga
  data            text not null,                  -- of the event, as it was written
  recipient       text not null check (recipient in ('customer', 'operations')),
  customer_id     text,
  position        bigint not null,
  state           text not null check (state in ('pending', 'sending', 'sent', 'dead', 'unaddressed')),
  attempts        int not null default 0,
  next_attempt_at timestamptz(6) not null,
  lease_token     uuid,
  leased_until    timestamptz(6),
  last_error      text,
  created_at      timestamptz(6) not null,
  finished_at     timestamptz(6),
  check ((recipient = 'customer') = (customer_id is not null)),
  check ((state = 'sending') = (lease_token is not null)),
  check ((state = 'sending') = (leased_until is not null))
);
create index mail_due_idx on mail (next_attempt_at, position) where state = 'pending';
create index mail_leased_idx on mail (leased_until) where state = 'sending';
create index mail_position_idx on mail (position);
create index mail_state_idx on mail (state, position);
create index mail_finished_idx on mail (finished_at) where state in ('sent', 'unaddressed');

-- The local mailbox of the embedded default. Like a real one it keeps a message once, by its Message-ID.
create table mailbox_message (
  message_id  text primary key,
  id          uuid not null unique default gen_random_uuid(),
  received_at timestamptz(6) not null default clock_timestamp(),
  sender      text not null,
  recipients  text[] not null,
  subject     text not null,
  copies      int not null default 1,             -- how often it was handed over
  raw         bytea not null
);
create index mailbox_message_received_at_idx on mailbox_message (received_at, id);
