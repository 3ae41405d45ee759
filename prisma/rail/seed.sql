-- Trains for tests, and for people who try the API. Each runs every day. TRAIN-FIVE has 5 seats, and all other trains have plenty.
insert into resource (resource_id, particulars, capacity, price, currency)
select train_id, json_build_object('trainId', train_id, 'from', origin, 'to', destination), capacity, price, 'EUR'
from (values
  ('TRAIN-FIVE', 'Amsterdam', 'Paris', 5, 6500),
  ('TRAIN-AMS-BER', 'Amsterdam', 'Berlin', 100000, 4900),
  ('TRAIN-BER-AMS', 'Berlin', 'Amsterdam', 100000, 4900),
  ('TRAIN-AMS-PAR', 'Amsterdam', 'Paris', 100000, 5900),
  ('TRAIN-PAR-AMS', 'Paris', 'Amsterdam', 100000, 5900),
  ('TRAIN-BER-VIE', 'Berlin', 'Wien', 100000, 7900),
  ('TRAIN-VIE-BER', 'Wien', 'Berlin', 100000, 7900)
) train (train_id, origin, destination, capacity, price)
on conflict (resource_id) do nothing;
