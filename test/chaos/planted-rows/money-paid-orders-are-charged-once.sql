-- A cent too much was taken.
update payment.payment set amount = amount + 1
where payment_id = (select payment_id from payment.payment p join "order".orders o using (order_id) where o.state = 'PAID' and p.state = 'CAPTURED' limit 1);
