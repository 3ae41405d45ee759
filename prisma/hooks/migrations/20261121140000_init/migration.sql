-- The hooks service's tables come with its endpoints; the schema and its role are there from the beginning, since feeds read the log as it.
select 1;
