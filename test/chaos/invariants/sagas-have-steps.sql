-- Every saga that has ended can still say what it has done.
select s.saga_id, s.type, s.state from chaos.saga s
where s.type is not null and not exists (select from chaos.step p where p.saga_id = s.saga_id)
