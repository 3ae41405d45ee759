import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Environment } from '../../libs/config/settings.js';
import type { SubscribeOptions } from '../../libs/messaging/channel/channel.js';
import { LEASE_MS } from './channel.harness.js';

export interface MemberOptions extends SubscribeOptions {
  /** After so many events its handler never comes to an end. */
  hangAfter?: number;
  /** How long its handler takes for each event, in milliseconds. */
  workMs?: number;
}

interface Said {
  what: 'subscribed' | 'given' | 'acked';
  eventId: string;
}

/** A member of a group in a process of its own, which a test may kill at any moment. What transport it uses, only its environment says. */
export class MemberProcess {
  readonly given: { eventId: string }[] = [];
  readonly acked: { eventId: string }[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly exited: Promise<void>,
  ) {}

  /** Resolves when it has subscribed. */
  static async start(environment: Environment, options: MemberOptions): Promise<MemberProcess> {
    const child = spawn(
      process.execPath,
      [path.resolve('test/channel/member-process.mjs'), JSON.stringify({ ...options, leaseMs: LEASE_MS })],
      { env: environment, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const member = new MemberProcess(child, exited);
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (!line.startsWith('{"what"')) return;
        const { what, eventId } = JSON.parse(line) as Said;
        if (what === 'subscribed') resolve();
        else member[what].push({ eventId });
      });
      void exited.then(() => reject(new Error('The member ended before it had subscribed.')));
    });
    return member;
  }

  /** Sends it a signal that does not end it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
