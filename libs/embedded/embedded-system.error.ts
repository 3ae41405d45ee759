/** Why the embedded system cannot start or continue, for the user: what failed, on which object, and what to do. */
export class EmbeddedSystemError extends Error {
  override readonly name = 'EmbeddedSystemError';
}
