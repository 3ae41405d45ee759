/** The idempotency key of a command, as a workflow passes it to an activity. */
export interface StepKey {
  /** The idempotency key. */
  key: string;
  /** An earlier attempt with this key got no answer. The client reads the stored answer before it sends the command again. */
  inDoubt?: boolean;
  /** Seal the key instead of sending the command: the stored answer is returned, or a refusal is stored in its place. */
  seal?: boolean;
}

/** A command with its idempotency key. */
export type WithIdempotencyKey<Command> = StepKey & Command;

/** A participant's answer, with the attempt of the activity that got it. */
export type ActivityResult<Answer> = { attempt: number } & Answer;
