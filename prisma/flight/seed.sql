-- Flights to try things with, each of them every day. FLIGHT-THREE has 3 seats; the others do not run out.
insert into resource (resource_id, particulars, capacity, price, currency)
select flight_id, json_build_object('flightId', flight_id, 'from', origin, 'to', destination), capacity, price, 'EUR'
from (values
  ('FLIGHT-THREE', 'AMS', 'FCO', 3, 8900),
  ('FLIGHT-AMS-BER', 'AMS', 'BER', 100000, 7900),
  ('FLIGHT-BER-AMS', 'BER', 'AMS', 100000, 7900),
  ('FLIGHT-AMS-CDG', 'AMS', 'CDG', 100000, 6900),
  ('FLIGHT-CDG-AMS', 'CDG', 'AMS', 100000, 6900),
  ('FLIGHT-AMS-VIE', 'AMS', 'VIE', 100000, 11900),
  ('FLIGHT-VIE-AMS', 'VIE', 'AMS', 100000, 11900)
) flight (flight_id, origin, destination, capacity, price)
on conflict (resource_id) do nothing;
