-- One event of an aggregate follows another only where that can happen: nothing is approved, paid, captured or booked twice.
with fact as (
  select service, aggregate_type, aggregate_id, aggregate_version, type,
         -- Of a reservation the participant's own word for it does not matter here.
         case when aggregate_type = 'reservation' then 'reservation.' || substring(type from '[a-z]+$') else type end as what
  from events.log l
  where (service in ('order', 'trip', 'payment') or aggregate_type = 'reservation') and type <> 'trip.approval-reminded'
    and (type not like '%-undone' or exists (
      select from events.log b where b.service = l.service and b.aggregate_id = l.aggregate_id and b.aggregate_version < l.aggregate_version
        and b.type = replace(l.type, '-undone', '-begun') and b.data::json ->> 'sagaId' = l.data::json ->> 'sagaId'))
), step as (
  select *, lag(what, 1, 'nothing') over (partition by service, aggregate_type, aggregate_id order by aggregate_version) as previous from fact
), rule (previous, what) as (values
  ('nothing', 'order.placed'), ('nothing', 'order.rejected'), ('order.placed', 'order.approved'), ('order.placed', 'order.rejected'),
  ('standing', 'order.revision-begun'), ('standing', 'order.cancellation-begun'), ('standing', 'order.payment-begun'),
  ('order.revision-begun', 'order.revised'), ('order.revision-begun', 'order.revision-undone'),
  ('order.cancellation-begun', 'order.cancelled'), ('order.cancellation-begun', 'order.cancellation-undone'),
  ('order.payment-begun', 'order.paid'), ('order.payment-begun', 'order.payment-undone'), ('order.paid', 'order.shipped'),
  ('nothing', 'trip.requested'), ('nothing', 'trip.failed'), ('trip.requested', 'trip.approval-requested'), ('trip.requested', 'trip.booked'),
  ('trip.requested', 'trip.failed'), ('trip.approval-requested', 'trip.booked'), ('trip.approval-requested', 'trip.failed'),
  ('trip.approval-requested', 'trip.approval-withdrawn'), ('trip.approval-requested', 'trip.approval-given'),
  ('trip.approval-given', 'trip.booked'), ('trip.approval-given', 'trip.failed'), ('trip.approval-withdrawn', 'trip.failed'), ('trip.approval-withdrawn', 'trip.booked'),
  ('trip.booked', 'trip.cancellation-begun'), ('trip.cancellation-begun', 'trip.cancellation-undone'),
  ('trip.cancellation-undone', 'trip.cancellation-begun'), ('trip.cancellation-begun', 'trip.cancellation-committed'),
  ('trip.cancellation-committed', 'trip.cancelled'),
  ('nothing', 'payment.authorized'), ('nothing', 'payment.declined'), ('payment.authorized', 'payment.captured'),
  ('payment.authorized', 'payment.voided'), ('payment.captured', 'payment.refunded'),
  ('nothing', 'reservation.held'), ('reservation.held', 'reservation.confirmed'),
  ('reservation.held', 'reservation.cancelled'), ('reservation.held', 'reservation.expired'), ('reservation.confirmed', 'reservation.cancelled'),
  ('reservation.expired', 'reservation.confirmed'), ('reservation.expired', 'reservation.cancelled')
)
select service, aggregate_id, aggregate_version, previous, what from step
where not exists (
  select from rule where rule.what = step.what and (rule.previous = step.previous
    or rule.previous = 'standing' and step.previous in ('order.approved', 'order.revised', 'order.revision-undone', 'order.cancellation-undone', 'order.payment-undone')))
