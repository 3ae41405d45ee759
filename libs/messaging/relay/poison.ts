/** PostgreSQL's classes of errors in the row itself: data exception, integrity constraint, program limit (an index entry too long). */
const classes = new Set(['22', '23', '54']);

/** Whether a row was refused for its content. After another error (lost connection, timeout, full disk) a retry may succeed. */
export function isPoison(error: unknown): error is Error & { code: string } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.length === 5 && classes.has(code.slice(0, 2));
}
