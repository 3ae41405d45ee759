-- Cars to try things with, by class and location. Of ONLY-ONE there is 1 at AMS; the others do not run out.
insert into resource (resource_id, particulars, capacity, price, currency)
select car_class || '@' || location, json_build_object('carClass', car_class, 'location', location), capacity, price, 'EUR'
from (values
  ('ONLY-ONE', 'AMS', 1, 9900),
  ('COMPACT', 'AMS', 100000, 3900),
  ('COMPACT', 'BER', 100000, 3500),
  ('COMPACT', 'CDG', 100000, 4200),
  ('COMPACT', 'FCO', 100000, 3700),
  ('COMPACT', 'VIE', 100000, 3800),
  ('FAMILY', 'AMS', 100000, 6400),
  ('FAMILY', 'BER', 100000, 5900),
  ('VAN', 'AMS', 100000, 8900)
) car (car_class, location, capacity, price)
on conflict (resource_id) do nothing;
