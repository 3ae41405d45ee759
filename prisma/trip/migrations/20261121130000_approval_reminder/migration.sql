-- An approval that is waited for is reminded of once.
alter table trip add column approval_reminded_at timestamptz(3);
