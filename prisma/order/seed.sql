-- The catalogue to try things with. SKU-TOKEN costs 1.00, so that any total can be ordered by its quantity.
insert into product (sku, name, price, currency) values
  ('SKU-TOKEN', 'Token', 100, 'EUR'),
  ('SKU-BACKPACK', 'Backpack, 40 l', 8990, 'EUR'),
  ('SKU-TENT', 'Tent for two', 24900, 'EUR'),
  ('SKU-STOVE', 'Camping stove', 5450, 'EUR'),
  ('SKU-LAMP', 'Head lamp', 3295, 'EUR'),
  ('SKU-MAP', 'Hiking map 1:25 000', 1290, 'EUR'),
  ('SKU-BOTTLE', 'Steel bottle, 1 l', 2450, 'EUR'),
  ('SKU-BOOTS', 'Hiking boots', 17900, 'EUR'),
  ('SKU-JACKET', 'Rain jacket', 14950, 'EUR'),
  ('SKU-SLEEPING-BAG', 'Sleeping bag', 12900, 'EUR'),
  ('SKU-COMPASS', 'Compass', 2990, 'EUR'),
  ('SKU-ROPE', 'Rope, 50 m', 10990, 'EUR')
on conflict (sku) do nothing;
