/** What makes the repetition of a command harmless, as a workflow hands it to an activity. */
export interface StepKey {
  /** The idempotency key. */
  key: string;
  /** An earlier try with this key has got no answer: ask what came of it before sending it again. */
  unsettled?: boolean;
}

/** A command with its key, the key first. */
export type Keyed<Command> = StepKey & Command;

/** What a participant answered, with the attempt of the activity that got the answer. */
export type Answered<Answer> = { attempt: number } & Answer;
