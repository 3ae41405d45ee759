import type { ListenerUrlSetting } from '../config/listener-url.js';
import type { ParticipantUrlSetting } from '../config/participant-url.js';
import type { Service } from '../database/services.js';

/** A process of ours, as the embedded default runs it. */
export interface ProcessDeclaration {
  readonly name: string;
  /** Its main module, from the root of the compiled code. */
  readonly main: string;
  /** The setting that says where it listens: a port, or the address that others call. */
  readonly listensOn: 'PORT' | 'WORKER_PORT' | 'RELAY_PORT' | 'SAGA_PORT' | ListenerUrlSetting | ParticipantUrlSetting;
  /** The service whose PostgreSQL schema and role are the process's own, if it has any. */
  readonly owns?: Service;
}

/** Started together, before anything that calls them. */
export const participantProcesses = [
  { name: 'order', main: 'apps/order/main.js', listensOn: 'ORDER_URL', owns: 'order' },
  { name: 'customer', main: 'apps/customer/main.js', listensOn: 'CUSTOMER_URL', owns: 'customer' },
  { name: 'hotel', main: 'apps/hotel/main.js', listensOn: 'HOTEL_URL', owns: 'hotel' },
  { name: 'flight', main: 'apps/flight/main.js', listensOn: 'FLIGHT_URL', owns: 'flight' },
  { name: 'car', main: 'apps/car/main.js', listensOn: 'CAR_URL', owns: 'car' },
  { name: 'payment', main: 'apps/payment/main.js', listensOn: 'PAYMENT_URL', owns: 'payment' },
  { name: 'trip', main: 'apps/trip/main.js', listensOn: 'TRIP_URL', owns: 'trip' },
] as const satisfies ProcessDeclaration[];

/** What carries events on; started with the participants, whose work does not wait for it. */
export const listenerProcesses = [
  { name: 'relay', main: 'apps/relay/main.js', listensOn: 'RELAY_PORT', owns: 'events' },
  { name: 'saga', main: 'apps/saga/main.js', listensOn: 'SAGA_PORT', owns: 'saga' },
  { name: 'hooks', main: 'apps/hooks/main.js', listensOn: 'HOOKS_URL', owns: 'hooks' },
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

export type ParticipantName = (typeof participantProcesses)[number]['name'];

/** Everything that the embedded default can run. */
export type ProcessName =
  | 'postgres'
  | 'temporal'
  | ParticipantName
  | (typeof listenerProcesses)[number]['name']
  | (typeof splitProcesses)[number]['name'];
