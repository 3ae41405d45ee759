-- Every change of an aggregate has its event: the last event has the version that the aggregate is at. A tombstone of a payment or a reservation
-- has none of either.
select a.service, a.type, a.id, a.version, published.version as published
from chaos.aggregate a, lateral (
  select coalesce(max(aggregate_version), 0) as version from events.log where service = a.service and aggregate_type = a.type and aggregate_id = a.id
) published
where published.version is distinct from a.version
