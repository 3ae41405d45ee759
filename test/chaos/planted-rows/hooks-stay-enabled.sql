-- A webhook that answers was switched off.
update hooks.endpoint set state = 'disabled', disabled_reason = 'planted';
