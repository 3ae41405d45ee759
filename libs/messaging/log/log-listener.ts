import type { ClientConfig } from 'pg';
import { NotificationListener } from '../../database/notification-listener.js';
import { LOG_APPENDED } from './log-appended.js';

/** Pause between two polls of the log's end, in milliseconds, without and with the relay's hints. */
const POLL_MS = { withoutHints: 50, withHints: 250 };

/** Receives the relay's hints that the log has new events, for readers that also poll it. */
export class LogListener {
  private readonly listener: NotificationListener;

  /** @param database the log's database. */
  constructor(database: ClientConfig, hint: () => void) {
    this.listener = new NotificationListener(database, LOG_APPENDED, hint);
  }

  /** How long to wait for a hint before the next poll, in milliseconds. */
  get pollMs(): number {
    return this.listener.listening ? POLL_MS.withHints : POLL_MS.withoutHints;
  }

  start(): void {
    this.listener.start();
  }

  stop(): Promise<void> {
    return this.listener.stop();
  }
}
