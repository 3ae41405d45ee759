-- No order and no trip is under way, or locked for a saga.
select service, id, state, saga_id from chaos.lock
where (saga_id is not null or state like '%PENDING' or state in ('AWAITING_APPROVAL', 'CANCELLING')) and id not in (select business_id from chaos.left_as_it_is)
