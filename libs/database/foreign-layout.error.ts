/** A database that another release has laid out, in a way that this release cannot bring up to date. */
export class ForeignLayoutError extends Error {
  override readonly name = 'ForeignLayoutError';
}
