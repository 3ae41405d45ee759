-- There is one room less than was sold.
alter table hotel.allotment drop constraint allotment_not_overbooked;
update hotel.allotment set capacity = taken - 1 where (resource_id, day) in (select resource_id, day from hotel.allotment where taken > 0 limit 1);
