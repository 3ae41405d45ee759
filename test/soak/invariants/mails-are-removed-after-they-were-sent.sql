-- No mail was removed before it was sent.
select mail_id, type, state, gone_at from soak.gone_mail where state <> 'sent'
