import type { ClientConfig } from 'pg';
import { NotificationListener } from '../../database/notification-listener.js';
import { LOG_NEWS } from './log-appended.js';

/** How often the end of the log is looked at, in milliseconds, if the relay's hint cannot be heard, and if it can. */
const LOOK_EVERY_MS = { deaf: 50, hearing: 250 };

/** Hears of what the relay has put into the log, for those who follow it and look from time to time by themselves. */
export class LogNewsListener {
  private readonly listener: NotificationListener;

  /** @param database where the log is. */
  constructor(database: ClientConfig, hint: () => void) {
    this.listener = new NotificationListener(database, LOG_NEWS, hint);
  }

  /** How long to leave the log alone without a hint, in milliseconds. */
  get lookEveryMs(): number {
    return this.listener.listening ? LOOK_EVERY_MS.hearing : LOOK_EVERY_MS.deaf;
  }

  start(): void {
    this.listener.start();
  }

  stop(): Promise<void> {
    return this.listener.stop();
  }
}
