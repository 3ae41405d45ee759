/** How a workflow identifies a step to an activity, so that a repeated command has its effect once. */
export interface StepKey {
  /** The idempotency key. */
  key: string;
  /** An earlier attempt with this key got no answer: look up the key before sending the command again. */
  inDoubt?: true;
  /** Ask for the key's final answer, and seal the key if it has none: the command itself is not sent. */
  seal?: true;
}

/** A command with its key, the key first. */
export type WithIdempotencyKey<Command> = StepKey & Command;

/** The answer of a participant, with the attempt of the activity that received it. */
export type ActivityResult<Answer> = { attempt: number } & Answer;
