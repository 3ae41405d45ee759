-- No reservation stays held, and none has run out: each was confirmed or cancelled.
select service, trip_id, state, hold_until, updated_at from chaos.reservation
where state in ('HELD', 'EXPIRED') and trip_id not in (select business_id from chaos.left_as_it_is)
