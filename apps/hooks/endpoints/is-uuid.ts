/** Whether an id can be one of ours; PostgreSQL would answer with an error to one that cannot. */
export const isUuid = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
