-- A webhook is sent the events of an aggregate in their order, repeats aside.
select * from (
  select l.service, l.aggregate_type, l.aggregate_id, l.aggregate_version, first.number,
         lag(first.number) over (partition by k.hook_id, l.service, l.aggregate_type, l.aggregate_id order by l.aggregate_version) as previous
  from chaos.hook k join (select follower, occurrence_id, min(number) as number from chaos.received group by follower, occurrence_id) first using (follower)
  join events.log l on l.event_id = first.occurrence_id
) delivered
where number < previous
