-- No saga is lost: one that was ended by force was settled.
select saga_id, type, state, lost from saga.saga where lost is not null
