/** The services that own a PostgreSQL schema, in the order in which they are prepared. */
export const services = ['order', 'customer', 'hotel', 'flight', 'car', 'payment', 'trip'] as const;
