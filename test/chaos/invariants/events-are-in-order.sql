-- In the log an event of an aggregate never stands before an earlier one.
select * from (
  select service, aggregate_type, aggregate_id, aggregate_version, position,
         lag(position) over (partition by service, aggregate_type, aggregate_id order by aggregate_version) as previous
  from events.log
) event
where position <= previous
