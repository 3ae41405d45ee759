/** Why the embedded default cannot start or go on, in words for whoever ran it: what happened, to what, and what to do. */
export class EmbeddedSystemError extends Error {
  override readonly name = 'EmbeddedSystemError';
}
