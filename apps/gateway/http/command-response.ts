import type { ServerResponse } from 'node:http';

interface CommandResponse<Accepted, Resource> {
  /** The path of the resource. */
  location: string;
  /** The body of the 202. */
  accepted: Accepted;
  /** The resource after the end of the saga; undefined if it does not end within the seconds. */
  outcome: (seconds: number) => Promise<Resource | undefined>;
  /** The status with the outcome: 201 if the command creates the resource. */
  finalStatus: 200 | 201;
}

/** Answers a command whose saga is started: at once with the links, or with the outcome if the caller prefers to wait. */
export async function respondToCommand<Accepted, Resource>(
  response: ServerResponse,
  wait: number,
  { location, accepted, outcome, finalStatus }: CommandResponse<Accepted, Resource>,
): Promise<Accepted | Resource> {
  response.setHeader('Location', location);
  if (wait === 0) return accepted;

  response.setHeader('Preference-Applied', `wait=${wait}`);
  const resource = await outcome(wait);
  if (!resource) return accepted;
  response.statusCode = finalStatus;
  return resource;
}
