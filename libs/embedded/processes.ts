import { type Participant, participantNames } from '../../contracts/participant/participants.js';
import type { ListenerUrlSetting } from '../config/listener-url.js';
import { type ParticipantUrlSetting, urlSettingOf } from '../config/participant-url.js';
import type { Service } from '../database/services.js';

/** A process of ours, as the embedded default runs it. */
export interface ProcessDeclaration {
  readonly name: string;
  /** Its main module, from the root of the bundled code. */
  readonly main: string;
  /** The setting that says where it listens: a port, or the address that others call. */
  readonly listensOn: 'PORT' | 'WORKER_PORT' | 'RELAY_PORT' | 'SAGA_PORT' | ListenerUrlSetting | ParticipantUrlSetting;
  /** The service whose PostgreSQL schema and role are the process's own, if it has any. */
  readonly owns?: Service;
}

/** Started together, before anything that calls them. */
export const participantProcesses: readonly (ProcessDeclaration & { name: Participant })[] = participantNames.map((name) => ({
  name,
  main: `apps/${name}/main.js`,
  listensOn: urlSettingOf(name),
  owns: name,
}));

/** What carries events on; sagas do not wait for it. */
export const listenerProcesses = [
  { name: 'relay', main: 'apps/relay/main.js', listensOn: 'RELAY_PORT', owns: 'events' },
  { name: 'saga', main: 'apps/saga/main.js', listensOn: 'SAGA_PORT', owns: 'saga' },
  { name: 'hooks', main: 'apps/hooks/main.js', listensOn: 'HOOKS_URL', owns: 'hooks' },
  { name: 'notification', main: 'apps/notification/main.js', listensOn: 'NOTIFICATION_URL', owns: 'notification' },
  { name: 'projection', main: 'apps/projection/main.js', listensOn: 'PROJECTION_URL', owns: 'projection' },
] as const satisfies ProcessDeclaration[];

/** Gateway and worker in one process: a saga that is started there is handed to its worker without a way through the server. */
export const jointProcesses = [
  { name: 'gateway', main: 'apps/embedded/main.js', listensOn: 'PORT' },
] as const satisfies ProcessDeclaration[];

/** Gateway and worker apart, as a cluster runs them. */
export const splitProcesses = [
  { name: 'worker', main: 'apps/worker/main.js', listensOn: 'WORKER_PORT' },
  { name: 'gateway', main: 'apps/gateway/main.js', listensOn: 'PORT' },
] as const satisfies ProcessDeclaration[];

/** Everything that the embedded default can run. */
export type ProcessName =
  'postgres' | 'temporal' | Participant | (typeof listenerProcesses)[number]['name'] | (typeof splitProcesses)[number]['name'];
