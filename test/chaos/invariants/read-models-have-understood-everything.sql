-- No event is held back by a consumer.
select service, consumer, type, aggregate_key, state, error from chaos.inbox_dead where state <> 'skipped'
