-- An order is in the state that its events lead to.
with published as (
  -- What came to nothing before it had begun changes no state.
  select * from events.log l
  where service = 'order' and (type not like '%-undone' or exists (
    select from events.log b where b.service = 'order' and b.aggregate_id = l.aggregate_id and b.aggregate_version < l.aggregate_version
      and b.type = replace(l.type, '-undone', '-begun') and b.data::json ->> 'sagaId' = l.data::json ->> 'sagaId'))
), last as (
  select distinct on (aggregate_id) aggregate_id, type from published order by aggregate_id, aggregate_version desc
)
select o.order_id, o.state, last.type
from "order".orders o join last on last.aggregate_id = o.order_id
where o.state is distinct from case last.type
  when 'order.placed' then 'PENDING' when 'order.approved' then 'APPROVED' when 'order.rejected' then 'REJECTED'
  when 'order.revision-begun' then 'REVISION_PENDING' when 'order.revision-undone' then 'APPROVED' when 'order.revised' then 'APPROVED'
  when 'order.cancellation-begun' then 'CANCEL_PENDING' when 'order.cancellation-undone' then 'APPROVED' when 'order.cancelled' then 'CANCELLED'
  when 'order.payment-begun' then 'PAYMENT_PENDING' when 'order.payment-undone' then 'APPROVED' when 'order.paid' then 'PAID'
  when 'order.shipped' then 'SHIPPED' end
