import type { ServerResponse } from 'node:http';

interface CommandResponse<Accepted, Resource> {
  /** Where what the command is about can be read. */
  location: string;
  /** The answer at once. */
  accepted: Accepted;
  /** How it ended, if it did within so many seconds. */
  outcome: (seconds: number) => Promise<Resource | undefined>;
  /** The status with the outcome: 201 for what the command has created. */
  finalStatus: 200 | 201;
}

/** Answers a command whose saga runs: at once with where everything is, or with the outcome if the caller prefers to wait for it. */
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
