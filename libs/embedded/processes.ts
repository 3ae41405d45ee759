import { type Participant, participantNames } from '../../contracts/participant/participants.js';
import type { ListenerUrlSetting } from '../config/listener-url.js';
import { type ParticipantUrlSetting, urlSettingOf } from '../config/participant-url.js';
import type { Service } from '../database/services.js';

/** A process of this project, as the embedded system runs it. */
export interface ProcessDeclaration {
  readonly name: string;
  /** Its main module, relative to the bundled code. */
  readonly main: string;
  /** The setting of its address: a port, or the URL that callers use. */
  readonly listensOn: 'PORT' | 'WORKER_PORT' | 'RELAY_PORT' | 'SAGA_PORT' | ListenerUrlSetting | ParticipantUrlSetting;
  /** The service whose PostgreSQL schema and role the process uses, if any. */
  readonly owns?: Service;
}

/** They start at the same time, before their callers. */
export const participantProcesses: readonly (ProcessDeclaration & { name: Participant })[] = participantNames.map((name) => ({
  name,
  main: `apps/${name}/main.js`,
  listensOn: urlSettingOf(name),
  owns: name,
}));

/** The processes that handle events. Sagas do not wait for them. */
export const listenerProcesses = [
  { name: 'relay', main: 'apps/relay/main.js', listensOn: 'RELAY_PORT', owns: 'events' },
  { name: 'saga', main: 'apps/saga/main.js', listensOn: 'SAGA_PORT', owns: 'saga' },
  { name: 'hooks', main: 'apps/hooks/main.js', listensOn: 'HOOKS_URL', owns: 'hooks' },
  { name: 'notification', main: 'apps/notification/main.js', listensOn: 'NOTIFICATION_URL', owns: 'notification' },
  { name: 'projection', main: 'apps/projection/main.js', listensOn: 'PROJECTION_URL', owns: 'projection' },
] as const satisfies ProcessDeclaration[];

/** Gateway and worker in one process. A saga that starts there reaches its worker without a round trip to the server. */
export const jointProcesses = [
  { name: 'gateway', main: 'apps/embedded/main.js', listensOn: 'PORT' },
] as const satisfies ProcessDeclaration[];

/** Gateway and worker as two processes, as a cluster runs them. */
export const splitProcesses = [
  { name: 'worker', main: 'apps/worker/main.js', listensOn: 'WORKER_PORT' },
  { name: 'gateway', main: 'apps/gateway/main.js', listensOn: 'PORT' },
] as const satisfies ProcessDeclaration[];

/** Every process that the embedded system can run. */
export type ProcessName =
  'postgres' | 'temporal' | Participant | (typeof listenerProcesses)[number]['name'] | (typeof splitProcesses)[number]['name'];
