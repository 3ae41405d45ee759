import { type Participant, participantNames } from '../../contracts/participants.js';
import { type ParticipantUrlSetting, urlSettingOf } from '../config/participant-url.js';

/** A process of ours, as the embedded default runs it. */
export interface ProcessDeclaration {
  readonly name: string;
  /** Its main module, from the root of the compiled code. */
  readonly main: string;
  /** The setting that says where it listens: a port, or for participants the address that others call. */
  readonly listensOn: 'PORT' | 'WORKER_PORT' | ParticipantUrlSetting;
}

/** Started together, before anything that calls them. Each owns the PostgreSQL schema of its own name. */
export const participantProcesses: readonly (ProcessDeclaration & { name: Participant })[] = participantNames.map((name) => ({
  name,
  main: `apps/${name}/main.js`,
  listensOn: urlSettingOf(name),
}));

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
export type ProcessName = 'postgres' | 'temporal' | Participant | (typeof splitProcesses)[number]['name'];
