-- A mail was given up.
update notification.mail set state = 'dead' where mail_id = (select mail_id from notification.mail where state = 'sent' limit 1);
