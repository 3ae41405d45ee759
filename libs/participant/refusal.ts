/** A business "no" of a participant: a result of a command, stored with its key like any other, not an error. */
export class Refusal {
  constructor(
    readonly code: string,
    readonly detail: string,
  ) {}
}
