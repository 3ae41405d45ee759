-- Nothing is taken on any day that there is not.
select service, resource_id, day, taken, capacity from chaos.allotment where taken > capacity or taken < 0
