-- Hotels to try things with. HOTEL-TWO has 2 rooms a night, so that the third guest finds it full; the others do not run out.
insert into resource (resource_id, particulars, capacity, price, currency)
select hotel_id, json_build_object('hotelId', hotel_id, 'name', name, 'city', city), capacity, price, 'EUR'
from (values
  ('HOTEL-TWO', 'Two Rooms', 'Amsterdam', 2, 14000),
  ('HOTEL-ASTORIA', 'Astoria', 'Amsterdam', 100000, 12500),
  ('HOTEL-BELLEVUE', 'Bellevue', 'Paris', 100000, 18900),
  ('HOTEL-CENTRAL', 'Central', 'Berlin', 100000, 9900),
  ('HOTEL-DORIA', 'Villa Doria', 'Roma', 100000, 21500),
  ('HOTEL-ESPLANADE', 'Esplanade', 'Wien', 100000, 15900)
) hotel (hotel_id, name, city, capacity, price)
on conflict (resource_id) do nothing;
