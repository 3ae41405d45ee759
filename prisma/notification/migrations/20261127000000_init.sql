-- One row per mail: what it is about, and how far it has come. It has no address, no name and no text. The recipient is read when the mail
-- is sent, and the text follows from the event.
create table mail (
  -- The id of the event: an event is mailed once.
  mail_id         uuid primary key,
  type            text not null,
  type_version    smallint not null,
  -- Of the event: the order, the trip, the saga.
  subject         text not null,
  -- Of the event, as it was written.
  data            text not null,
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
-- Pages of mails for operators: all, or in a state.
create index mail_position_idx on mail (position);
create index mail_state_idx on mail (state, position);
-- Retention removes the oldest mails first. Dead mails wait for an operator.
create index mail_finished_idx on mail (finished_at) where state in ('sent', 'unaddressed');

-- The local mailbox of the embedded default. Like a real mailbox, it keeps a message once, by its Message-ID.
create table mailbox_message (
  message_id  text primary key,
  id          uuid not null unique default gen_random_uuid(),
  received_at timestamptz(6) not null default clock_timestamp(),
  sender      text not null,
  recipients  text[] not null,
  subject     text not null,
  -- How often the message was delivered.
  copies      int not null default 1,
  raw         bytea not null
);
create index mailbox_message_received_at_idx on mailbox_message (received_at, id);
