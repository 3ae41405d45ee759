-- A repeat was answered with another order.
insert into chaos.sent (life, request, route, key, sending, status, resource_id)
select life, request, route, key, 'later', 201, 'nobody' from chaos.sent where route = 'orders' and status between 200 and 299 limit 1;
