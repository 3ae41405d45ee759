-- A reservation that was cancelled before it was made has never held anything.
select r.service, r.trip_id, r.state, r.version from chaos.reservation r
where not exists (select from chaos.reservation_item i where i.service = r.service and i.trip_id = r.trip_id) and (r.state <> 'CANCELLED' or r.version > 0)
