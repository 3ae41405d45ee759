-- No money stays set aside: every authorized payment was captured or voided.
select payment_id, order_id, trip_id, amount, updated_at
from payment.payment
where state = 'AUTHORIZED' and coalesce(order_id, trip_id) not in (select business_id from chaos.left_as_it_is)
