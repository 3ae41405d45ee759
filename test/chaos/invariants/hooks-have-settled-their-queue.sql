-- No delivery to a webhook that answers waits, or was given up.
select d.delivery_id, d.type, d.state, d.attempts, d.last_error from hooks.delivery d join chaos.hook using (hook_id) where d.state <> 'succeeded'
