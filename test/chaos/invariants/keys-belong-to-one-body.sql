-- A key with another body is refused, and with its own body it never is.
select life, request, route, key, sending, status, code from chaos.sent
where status < 500 and ((sending = 'other body') <> (status = 422))
