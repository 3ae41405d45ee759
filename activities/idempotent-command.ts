/** What makes the repetition of a command harmless, as a workflow hands it to an activity. */
export interface StepKey {
  /** The idempotency key. */
  key: string;
  /** An earlier attempt with this key has got no answer: the client reads the key's answer before it sends the command again. */
  inDoubt?: boolean;
  /** Seal the key instead of sending the command: the answer is the key's own, or a refusal that is stored in its place. */
  seal?: boolean;
}

/** A command with its key, the key first. */
export type WithIdempotencyKey<Command> = StepKey & Command;

/** What a participant answered, with the attempt of the activity that got the answer. */
export type ActivityResult<Answer> = { attempt: number } & Answer;
