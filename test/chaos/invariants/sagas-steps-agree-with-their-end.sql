-- A completed saga has done all of its steps; of a compensated one nothing is left done.
select s.saga_id, s.state as saga_state, p.name, p.kind, p.state, p.compensates
from chaos.saga s join chaos.step p using (saga_id)
where not s.decided and (
  s.state = 'COMPLETED' and (p.compensates is not null or p.state <> 'DONE')
    -- The pivot of the other way, which was sealed before the one that decided.
    and not (p.kind = 'pivot' and p.state = 'SEALED' and exists (
      select from chaos.step other where other.saga_id = s.saga_id and other.kind = 'pivot' and other.state = 'DONE'))
  or s.state = 'COMPENSATED' and p.compensates is null and p.kind <> 'retriable' and p.state not in ('COMPENSATED', 'REFUSED', 'SEALED', 'PENDING')
    and p.name not in ('check customer', 'accept approval') -- which need no undo
  or s.state = 'COMPENSATED' and p.compensates is null and p.kind = 'retriable'
  or s.state = 'COMPENSATED' and p.compensates is not null and p.state <> 'COMPENSATED')
