/**
 * Reads OUTBOX_DATABASE_URLS: `service=url,service=url`.
 *
 * @returns the addresses by service; undefined when the text is no such list.
 */
export function outboxDatabases(text: string): Record<string, string> | undefined {
  const entries = text.split(',').flatMap((entry) => (entry.trim() ? [entry.trim()] : []));
  const pairs = entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const);
  const usable = pairs.every(
    ([service, url]) => /^[a-z][a-z0-9_]*$/.test(service) && /^postgres(ql)?:\/\//.test(url) && URL.canParse(url),
  );
  return usable && new Set(pairs.map(([service]) => service)).size === pairs.length ? Object.fromEntries(pairs) : undefined;
}
