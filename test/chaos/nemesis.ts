import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessName } from '../../libs/embedded/processes.js';
import type { ChaosSystem } from './chaos-system.js';
import type { Disturbance } from './schedule.js';

/** How long a process may take to be ready again. */
const READY_WITHIN_MS = 90_000;

/** Disturbs the system as a schedule says, and ends every disturbance. */
export class Nemesis {
  /** How many of each kind have been done. */
  readonly done: Record<string, number> = {};
  private readonly queues = new Map<string, Promise<void>>();

  constructor(
    private readonly system: ChaosSystem,
    private readonly log: (line: string) => void,
  ) {}

  /** Carries out one disturbance and resolves when it is over. One process suffers one thing at a time. */
  async disturb(disturbance: Disturbance): Promise<void> {
    if (disturbance.kind === 'fault') return this.fault(disturbance);
    const { process } = disturbance;
    const turn = (this.queues.get(process) ?? Promise.resolve()).then(() => this.hit(disturbance));
    const quiet = turn.catch(() => {});
    this.queues.set(process, quiet);
    await turn;
  }

  /** Every process runs, is ready, and keeps the right time; no fault is set. */
  async clear(): Promise<void> {
    await Promise.all(this.queues.values());
    const { embedded, clocks, processes } = this.system;
    for (const name of processes) clocks.set(name, 0);
    for (const name of [...processes, 'temporal', 'postgres'] as const) embedded.kill(name, 'SIGCONT');
    await Promise.all(processes.map((name) => this.ready(name)));
    await this.eventually('the faults to be cleared', async () => {
      const { status } = await fetch(`${embedded.addresses.gateway}/v1/faults`, { method: 'DELETE' });
      return status === 204;
    });
  }

  private async hit(disturbance: Exclude<Disturbance, { kind: 'fault' }>): Promise<void> {
    const { embedded, clocks } = this.system;
    const name = disturbance.process as ProcessName;
    this.note(disturbance.kind, name);
    switch (disturbance.kind) {
      case 'kill': {
        const before = embedded.pid(name);
        if (before === undefined) return;
        embedded.kill(name, 'SIGKILL');
        await this.eventually(`${name} to be started again`, () =>
          Promise.resolve(![before, undefined].includes(embedded.pid(name))),
        );
        return this.serves(name);
      }
      case 'stop':
        embedded.kill(name, 'SIGSTOP');
        await delay(disturbance.forMs);
        embedded.kill(name, 'SIGCONT');
        return;
      case 'outage':
        await embedded.stop(name);
        await delay(disturbance.forMs);
        await embedded.start(name);
        return;
      case 'clock':
        clocks.set(name, disturbance.stepMs);
        await delay(disturbance.forMs);
        clocks.set(name, 0);
        return;
    }
  }

  /** Faults live in the memory of a participant: one that is away has none, and one that is killed loses them. */
  private async fault({
    participant,
    operation,
    mode,
    probability,
    delayMs,
    forMs,
  }: Disturbance & { kind: 'fault' }): Promise<void> {
    const put = (chance: number) =>
      fetch(`${this.system.embedded.addresses[participant as 'order']}/faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ participant, operation, mode, probability: chance, ...(delayMs !== undefined && { delayMs }) }),
        signal: AbortSignal.timeout(2_000),
      }).then(
        (answer) => {
          if (answer.status !== 200) throw new Error(`a fault of ${participant}.${operation} was answered ${answer.status}`);
          return true;
        },
        () => false,
      );
    if (!(await put(probability))) return;
    this.note(`fault: ${mode}`, `${participant}.${operation}`);
    await delay(forMs);
    await put(0);
  }

  private note(kind: string, target: string): void {
    this.done[kind] = (this.done[kind] ?? 0) + 1;
    this.log(`${kind} ${target}`);
  }

  /** It answers. Whether it is ready depends on others as well, which the schedule goes on to disturb: `clear` waits for that. */
  private serves(name: ProcessName): Promise<void> {
    return this.answers(name, 'healthz');
  }

  private ready(name: ProcessName): Promise<void> {
    return this.answers(name, 'readyz');
  }

  private async answers(name: ProcessName, path: 'healthz' | 'readyz'): Promise<void> {
    if (name === 'postgres')
      return this.eventually('postgres to answer', () => this.system.database.query('select 1').then(() => true));
    if (name === 'temporal')
      return this.eventually('temporal to answer', () => this.system.temporal.workflow.count().then(() => true));
    await this.eventually(`${name} to answer ${path}`, async () => {
      const url = this.addressOf(name);
      if (url === undefined) return true;
      const answer = await fetch(`${url}/${path}`, { signal: AbortSignal.timeout(2_000) });
      if (!answer.ok) throw new Error(`it answers ${answer.status} ${await answer.text()}`);
      return true;
    });
  }

  /** Undefined for the worker, whom nobody calls: it shows in the sagas that end. */
  private addressOf(name: ProcessName): string | undefined {
    return name === 'worker' ? undefined : (this.system.embedded.addresses as Record<string, string | undefined>)[name];
  }

  private async eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    let last: unknown;
    const failed = (error: unknown) => {
      last = error;
      return false;
    };
    while (!(await holds().catch(failed))) {
      if (Date.now() > deadline) throw new Error(`waited ${READY_WITHIN_MS / 1000} s in vain for ${what}`, { cause: last });
      await delay(100);
    }
  }
}
