-- A webhook that answers is not switched off, whatever happens to those who send.
select e.hook_id, e.state, e.disabled_reason from hooks.endpoint e join chaos.hook using (hook_id) where e.state <> 'enabled'
