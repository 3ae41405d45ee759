-- No saga came back after it was removed.
select g.saga_id, g.state, g.version, g.gone_at, s.version as version_now
from soak.gone_saga g left join saga.saga s using (saga_id)
where s.saga_id is not null or exists (select from soak.gone_saga o where o.saga_id = g.saga_id and o.gone_at < g.gone_at)
