import { setTimeout } from 'node:timers/promises';
import type { Problem } from '../contracts/values/problem.js';
import type { ProjectionStatus } from '../contracts/projection/projection.resource.js';
import { readSettings } from '../libs/config/settings.js';

const ASK_EVERY_MS = 500;

/**
 * Rebuilds read models, all of them by default, and waits until they are read. Readers have the old ones until then.
 * @throws Error when the projection service (`PROJECTION_URL`) cannot be reached, or has no read model of a name.
 */
export async function rebuildProjections(
  names: readonly string[],
  log: (line: string) => void,
  url: string = readSettings('PROJECTION_URL').PROJECTION_URL,
): Promise<void> {
  const known = (await ask<{ items: ProjectionStatus[] }>(url, 'GET', '/projections')).items.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no read model ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  for (const name of names.length > 0 ? names : known) {
    const { generation, rebuilding } = await ask<ProjectionStatus>(url, 'POST', `/projections/${name}/rebuild`);
    const wanted = rebuilding?.generation ?? generation;
    log(`${name}: building generation ${wanted}`);
    for (;;) {
      const status = await ask<ProjectionStatus>(url, 'GET', `/projections/${name}`);
      if (status.generation >= wanted) {
        log(`${name}: generation ${status.generation} is read, as of ${status.asOf}`);
        break;
      }
      await setTimeout(ASK_EVERY_MS);
    }
  }
}

async function ask<Body>(url: string, method: string, path: string): Promise<Body> {
  const response = await fetch(new URL(path, url), { method }).catch((cause: unknown) => {
    throw new Error(`The projection service cannot be reached at ${url} (PROJECTION_URL). Is the system running?`, { cause });
  });
  const body = (await response.json()) as Body & Problem;
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${body.detail ?? ''}`);
  return body;
}
