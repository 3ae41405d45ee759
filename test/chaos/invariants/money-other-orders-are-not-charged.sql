-- An order that is not paid was not charged, whatever was tried.
select o.order_id, o.state, p.payment_id, p.state as payment_state, p.amount
from "order".orders o join payment.payment p using (order_id)
where o.state not in ('PAID', 'SHIPPED') and p.state in ('CAPTURED', 'REFUNDED') and o.order_id not in (select business_id from chaos.left_as_it_is)
