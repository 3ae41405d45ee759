import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DATABASE } from './command.executor.js';

/** Closes the database last: by then the requests that were under way have been answered. */
@Injectable()
export class DatabaseLifecycle implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly database: { $disconnect(): Promise<void> }) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.$disconnect();
  }
}
