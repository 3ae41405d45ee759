-- Another customer pays.
update payment.payment set customer_id = 'CUST-ALICE' where payment_id = (select payment_id from payment.payment where state = 'DECLINED' limit 1);
