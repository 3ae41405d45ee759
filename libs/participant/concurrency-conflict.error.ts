/** Another command changed the same aggregate meanwhile. The command has had no effect and may be run again at once. */
export class ConcurrencyConflictError extends Error {
  override readonly name = 'ConcurrencyConflictError';
}
