-- No participant holds what no order, no trip and no saga claims.
select participant, kind, id, owner_id, saga_id, held_since from saga.leak
where owner_id not in (select business_id from chaos.left_as_it_is)
