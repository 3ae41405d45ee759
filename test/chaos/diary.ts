/** One request as its sender saw it: what went out, and what came back. */
export interface Sent {
  life: string;
  /** Which of the life's requests, from 0. */
  request: number;
  route: string;
  key: string;
  /** `first` of its key, one of several `at once`, `later` again, or with an `other body`. */
  sending: 'first' | 'at once' | 'later' | 'other body';
  /** Null where nothing came back, or nothing that settles it (5xx). */
  status: number | null;
  code: string | null;
  resourceId: string | null;
  /** From a 202. */
  sagaId: string | null;
  at: Date;
  ms: number;
}

/** An external action on a saga. */
export interface Deed {
  sagaId: string;
  kind: string;
  /** How it was answered. */
  outcome: string;
  at: Date;
}

/** Everything that the clients and operators of a run have seen. The invariants compare it with the world. */
export class Diary {
  readonly sent: Sent[] = [];
  readonly deeds: Deed[] = [];
  /** How often each life ended otherwise than it should, with the reason. */
  readonly giveUps: string[] = [];

  deed(sagaId: string, kind: string, outcome: string): void {
    this.deeds.push({ sagaId, kind, outcome, at: new Date() });
  }
}
