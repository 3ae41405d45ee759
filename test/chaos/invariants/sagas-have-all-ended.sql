-- No saga is under way: not in Temporal, and not as the API shows it.
select saga_id, type, temporal_status, state from chaos.saga
where temporal_status = 'RUNNING' or state in ('RUNNING', 'WAITING', 'COMPENSATING', 'NEEDS_ATTENTION')
