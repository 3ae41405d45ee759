-- A delivery was given up.
update hooks.delivery set state = 'exhausted' where delivery_id = (select delivery_id from hooks.delivery limit 1);
