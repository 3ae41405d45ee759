import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
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
/** What is settled within this time is made room for in one go. */
const SETTLED_TOGETHER_MS = 5;
/** Requests that are under way when the process is to end; what is not over by then another worker repeats. */
const DRAIN_WITHIN_MS = 5_000;

interface Parts {
  fanOut: FanOut;
  worker: DeliveryWorker;
  sweeper: Sweeper;
  recoveries: Recoveries;
  rotation: KeyRotation;
  /** Where the log is. */
  database: ClientConfig;
  /** Before anything is sent: what must hold, or the service does not start. */
  prepare: () => Promise<unknown>;
}

/** Keeps the deliveries going for as long as the process lives. Each part goes on when another one fails. */
@Injectable()
export class DeliveryLoops implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Deliveries');
  private readonly dispatching: BackgroundLoop;
  private readonly loops: BackgroundLoop[];
  private readonly news: LogListener;
  private together: NodeJS.Timeout | undefined;

  constructor(private readonly parts: Parts) {
    const { fanOut, worker, sweeper, recoveries, rotation } = parts;
    const onError = (error: unknown) => this.log.warn(error);
    this.dispatching = new BackgroundLoop(async () => (await worker.dispatch()) > 0, { idleMs: DISPATCH_IDLE_MS, onError });
    const following = async () => {
      const looked = (await fanOut.step()) > 0;
      if (looked) this.dispatching.kick();
      return looked;
    };
    const fanningOut = new BackgroundLoop(following, { idleMs: () => this.news.pollMs, onError });
    this.news = new LogListener(parts.database, () => fanningOut.kick());
    this.loops = [
      fanningOut,
      this.dispatching,
      new BackgroundLoop(() => recoveries.step(), { idleMs: RECOVER_IDLE_MS, onError }),
      new BackgroundLoop(() => rotation.step(), { idleMs: ROTATE_IDLE_MS, onError }),
      new BackgroundLoop(() => sweeper.sweep().then(() => false), { idleMs: SWEEP_IDLE_MS, onError }),
    ];
    worker.onSettled(() => {
      this.together ??= setTimeout(() => {
        this.together = undefined;
        this.dispatching.kick();
      }, SETTLED_TOGETHER_MS);
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.parts.prepare();
    for (const loop of this.loops) loop.start();
    this.news.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.news.stop(), ...this.loops.map((loop) => loop.stop())]);
    await Promise.race([this.parts.worker.idle(), delay(DRAIN_WITHIN_MS, undefined, { ref: false })]);
    clearTimeout(this.together);
  }
}
