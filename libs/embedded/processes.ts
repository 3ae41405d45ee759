import type { ParticipantUrlSetting } from '../config/participant-url.js';

/** A process of ours, as the embedded default runs it. */
export interface ProcessDeclaration {
  readonly name: string;
  /** Its main module, from the root of the compiled code. */
  readonly main: string;
  /** The setting that says where it listens: a port, or for participants the address that others call. */
  readonly listensOn: 'PORT' | 'WORKER_PORT' | ParticipantUrlSetting;
}

/** Started together, before anything that calls them. Each owns the PostgreSQL schema of its own name. */
export const participantProcesses = [
  { name: 'order', main: 'apps/order/main.js', listensOn: 'ORDER_URL' },
  { name: 'customer', main: 'apps/customer/main.js', listensOn: 'CUSTOMER_URL' },
  { name: 'hotel', main: 'apps/hotel/main.js', listensOn: 'HOTEL_URL' },
  { name: 'flight', main: 'apps/flight/main.js', listensOn: 'FLIGHT_URL' },
  { name: 'car', main: 'apps/car/main.js', listensOn: 'CAR_URL' },
  { name: 'payment', main: 'apps/payment/main.js', listensOn: 'PAYMENT_URL' },
  { name: 'trip', main: 'apps/trip/main.js', listensOn: 'TRIP_URL' },
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
export type ProcessName = 'postgres' | 'temporal' | ParticipantName | (typeof splitProcesses)[number]['name'];
