-- Every event that needs a mail to a customer or an operator is one mail, which was sent and arrived.
select l.position, l.type, l.aggregate_id, m.state, m.last_error
from events.log l left join notification.mail m on m.mail_id = l.event_id
where l.type in ('order.approved', 'order.rejected', 'order.revised', 'order.cancelled', 'order.paid', 'order.payment-undone', 'order.shipped',
                 'trip.booked', 'trip.failed', 'trip.cancelled', 'payment.refunded', 'trip.approval-requested', 'trip.approval-reminded',
                 'saga.needs-attention', 'saga.incomplete', 'saga.failed', 'saga.terminated', 'saga.timed-out')
  -- An event that has only an id cannot be mailed.
  and (l.service = 'saga' or l.data::json ->> 'customerId' is not null)
  -- The end by force of a lost saga is one mail already.
  and coalesce(l.data::json ->> 'lost', 'false') <> 'true'
  and (m.state is distinct from 'sent'
    or not exists (select from notification.mailbox_message b where b.message_id like '%' || l.event_id || '%')
    -- The mailbox keeps the newest thousand. A mail is received after its event was recorded, by the same clock.
    and (l.recorded_at > (select min(received_at) from notification.mailbox_message)
      or (select count(*) < 1000 from notification.mailbox_message)))
