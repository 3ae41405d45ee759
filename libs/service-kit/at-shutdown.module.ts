import {
  type DynamicModule,
  Inject,
  Injectable,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
} from '@nestjs/common';

export interface Lifecycle {
  /** While the HTTP server still answers and every connection is open: stop taking work and finish what is under way. */
  drain?: () => Promise<unknown>;
  /** After the HTTP server has closed. */
  close?: () => Promise<unknown>;
}

const LIFECYCLE = Symbol('LIFECYCLE');

@Injectable()
class LifecycleHooks implements BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(@Inject(LIFECYCLE) private readonly lifecycle: Lifecycle) {}
  async beforeApplicationShutdown(): Promise<void> {
    await this.lifecycle.drain?.();
  }
  async onApplicationShutdown(): Promise<void> {
    await this.lifecycle.close?.();
  }
}

/** Stops resources that are not Nest providers (a worker, a connection) at the application's shutdown. */
@Module({})
export class AtShutdownModule {
  static register(lifecycle: Lifecycle): DynamicModule {
    return { module: AtShutdownModule, providers: [{ provide: LIFECYCLE, useValue: lifecycle }, LifecycleHooks] };
  }
}
