-- All that is said about a customer is one aggregate, numbered through: its registration is 1, the ledger's entries follow. They had been two
-- aggregates under one subject, each beginning at 1, which a reader by subject could not tell apart.
update outbox set aggregate_type = 'customer', aggregate_version = aggregate_version + 1 where aggregate_type = 'credit';
update outbox_dead set aggregate_type = 'customer', aggregate_version = aggregate_version + 1 where aggregate_type = 'credit';
