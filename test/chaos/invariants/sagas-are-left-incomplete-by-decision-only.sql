-- A saga is INCOMPLETE only where an operator has said that something is to stay as it is.
select saga_id, type, temporal_status, state, held from chaos.saga
where (state = 'INCOMPLETE' or temporal_status in ('FAILED', 'TERMINATED', 'TIMED_OUT')) and not decided
