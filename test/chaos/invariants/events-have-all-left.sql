-- No event waits in an outbox, and none was refused by the log.
select service, type, aggregate_id, aggregate_version, 'waits' as why from chaos.outbox
union all select service, type, aggregate_id, aggregate_version, reason from chaos.outbox_dead where state <> 'skipped'
