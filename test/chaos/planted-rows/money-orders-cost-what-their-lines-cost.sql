-- One more was sold for the same price, and readers are shown it.
create temp table victim on commit drop as
  select order_id, jsonb_set(lines, '{0,quantity}', to_jsonb((lines -> 0 ->> 'quantity')::int + 1)) as lines from "order".orders where state = 'PAID' limit 1;
update "order".orders o set lines = v.lines from victim v where v.order_id = o.order_id;
update projection.customer_order o set lines = v.lines::json from victim v where v.order_id = o.order_id;
