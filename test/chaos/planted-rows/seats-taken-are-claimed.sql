-- Somebody has given back what is still held.
update hotel.allotment set taken = taken - 1 where (resource_id, day) in (select resource_id, day from hotel.allotment where taken > 0 limit 1);
