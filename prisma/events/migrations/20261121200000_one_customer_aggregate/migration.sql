-- As the customer service numbers its events now: all that is said about a customer is one aggregate. See its migration of the same name.
update log set aggregate_type = 'customer', aggregate_version = aggregate_version + 1 where service = 'customer' and aggregate_type = 'credit';
