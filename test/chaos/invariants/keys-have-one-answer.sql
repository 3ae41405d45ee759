-- All requests with one Idempotency-Key and one body get the same answer.
select route, key, array_agg(distinct resource_id) as resources, array_agg(distinct saga_id) as sagas
from chaos.sent where status between 200 and 299 and sending <> 'other body'
group by route, key having count(distinct resource_id) > 1 or count(distinct saga_id) > 1
