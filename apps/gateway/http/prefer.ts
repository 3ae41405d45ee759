const MAX_WAIT_S = 30;

/**
 * How many seconds the `Prefer` header (RFC 7240) asks to wait for an outcome: `wait`, at most 30. 0 when it does not ask or cannot be
 * read, as a preference is never an error.
 */
export function preferredWait(header: string | undefined): number {
  for (const preference of (header ?? '').split(',')) {
    const [name = '', value = ''] = (preference.split(';', 1)[0] ?? '').split('=', 2);
    if (name.trim().toLowerCase() !== 'wait') continue;
    const [, quoted, bare] = /^(?:"(\d{1,9})"|(\d{1,9}))$/.exec(value.trim()) ?? [];
    return Math.min(Number(quoted ?? bare ?? 0), MAX_WAIT_S); // of a preference given twice the first counts
  }
  return 0;
}
