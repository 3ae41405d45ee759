/** The PostgreSQL role of a service; it owns the schema of the same name as the service and sees no other. */
export const roleOf = (service: string): string => `roundtrip_${service}`;

/** The address that a service connects to: the administrator's server and database, as the service's own role. */
export function serviceUrl(adminUrl: string, service: string, rolePassword: string): string {
  const url = new URL(adminUrl);
  url.username = roleOf(service);
  url.password = encodeURIComponent(rolePassword);
  return url.href;
}
