/** PostgreSQL's classes of errors that lie in the row itself: data exception, integrity constraint, program limit (an index entry too long). */
const classes = new Set(['22', '23', '54']);

/** Whether a row was refused for what it is; anything else (a lost connection, a time-out, a full disk) may work the next time. */
export function isPoison(error: unknown): error is Error & { code: string } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.length === 5 && classes.has(code.slice(0, 2));
}
