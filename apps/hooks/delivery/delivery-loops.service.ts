import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { LogListener } from '../../../libs/messaging/log/log-listener.js';
import { BackgroundLoop } from '../../../libs/service-kit/background-loop.js';
import type { KeyRotation } from '../endpoints/key-rotation.js';
import type { DeliveryWorker } from './delivery-worker.js';
import type { FanOut } from './fan-out.js';
import type { Recoveries } from './recoveries.js';
import type { Sweeper } from './sweeper.js';

const DISPATCH_IDLE_MS = 100;
const RECOVER_IDLE_MS = 250;
const SWEEP_IDLE_MS = 5_000;
const ROTATE_IDLE_MS = 10_000;
/** Attempts that end within this time cause one dispatch. */
const DISPATCH_DELAY_MS = 5;
/** How long a shutdown waits for requests in flight. Another worker repeats those that do not finish. */
const DRAIN_TIMEOUT_MS = 5_000;

interface DeliveryLoopsOptions {
  fanOut: FanOut;
  worker: DeliveryWorker;
  sweeper: Sweeper;
  recoveries: Recoveries;
  rotation: KeyRotation;
  /** The database of the event log. */
  database: ClientConfig;
  /** Runs before anything is sent. The service does not start if it fails. */
  prepare: () => Promise<unknown>;
}

/** The background loops that deliver events. A failure of one loop does not stop another one. */
export class DeliveryLoops implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Deliveries');
  private readonly dispatching: BackgroundLoop;
  private readonly loops: BackgroundLoop[];
  private readonly logListener: LogListener;
  private dispatchTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: DeliveryLoopsOptions) {
    const { fanOut, worker, sweeper, recoveries, rotation } = options;
    const onError = (error: unknown) => this.log.warn(error);
    this.dispatching = new BackgroundLoop(async () => (await worker.dispatch()) > 0, { idleMs: DISPATCH_IDLE_MS, onError });
    const fanOutStep = async () => {
      const examined = (await fanOut.step()) > 0;
      if (examined) this.dispatching.kick();
      return examined;
    };
    const fanningOut = new BackgroundLoop(fanOutStep, { idleMs: () => this.logListener.pollMs, onError });
    this.logListener = new LogListener(options.database, () => fanningOut.kick());
    this.loops = [
      fanningOut,
      this.dispatching,
      new BackgroundLoop(() => recoveries.step(), { idleMs: RECOVER_IDLE_MS, onError }),
      new BackgroundLoop(() => rotation.step(), { idleMs: ROTATE_IDLE_MS, onError }),
      new BackgroundLoop(() => sweeper.sweep(), { idleMs: SWEEP_IDLE_MS, onError }),
    ];
    worker.onSettled(() => {
      this.dispatchTimer ??= setTimeout(() => {
        this.dispatchTimer = undefined;
        this.dispatching.kick();
      }, DISPATCH_DELAY_MS);
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.options.prepare();
    for (const loop of this.loops) loop.start();
    this.logListener.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.logListener.stop(), ...this.loops.map((loop) => loop.stop())]);
    await Promise.race([this.options.worker.idle(), delay(DRAIN_TIMEOUT_MS, undefined, { ref: false })]);
    clearTimeout(this.dispatchTimer);
  }
}
