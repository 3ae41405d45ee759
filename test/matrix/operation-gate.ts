import type { Target } from '../sagas/step-target.harness.js';

/** Lets requests of one operation pass side by side, and one alone that a fault on demand is set for: it must strike no other. */
export class OperationGate {
  private readonly passing = new Map<string, Set<PromiseLike<unknown>>>();
  private readonly alone = new Map<string, Promise<unknown>>();

  async pass<Result>(target: Target, send: () => Promise<Result>): Promise<Result> {
    const name = nameOf(target);
    while (this.alone.has(name)) await this.alone.get(name);
    return this.track(name, send());
  }

  async passAlone<Result>(target: Target, send: () => Promise<Result>): Promise<Result> {
    const name = nameOf(target);
    while (this.alone.has(name)) await this.alone.get(name);
    const before = [...(this.passing.get(name) ?? [])];
    const sent = Promise.allSettled(before).then(send);
    const over = sent.then(
      () => this.alone.delete(name),
      () => this.alone.delete(name),
    );
    this.alone.set(name, over);
    return sent;
  }

  private track<Result>(name: string, sent: Promise<Result>): Promise<Result> {
    const all = this.passing.get(name) ?? new Set();
    this.passing.set(name, all);
    all.add(sent);
    return sent.finally(() => all.delete(sent));
  }
}

const nameOf = ({ participant, operation }: Target) => `${participant}.${operation}`;
