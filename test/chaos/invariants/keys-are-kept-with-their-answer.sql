-- No participant has taken a command without keeping what it answered.
select service, key, operation, status from chaos.command where status not between 200 and 499
