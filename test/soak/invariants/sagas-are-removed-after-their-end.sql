-- Only sagas that are COMPLETED or COMPENSATED were removed.
select saga_id, state, open, lost, gone_at from soak.gone_saga
where open or lost is not null or state not in ('COMPLETED', 'COMPENSATED')
