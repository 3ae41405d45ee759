-- Every change of an aggregate has its event: the last event has the version that the aggregate is at. A tombstone of a payment or a reservation
-- has none of either.
select a.service, a.type, a.id, a.version, told.version as told
from chaos.aggregate a, lateral (
  select coalesce(max(aggregate_version), 0) as version from events.log where service = a.service and aggregate_type = a.type and aggregate_id = a.id
) told
where told.version is distinct from a.version
