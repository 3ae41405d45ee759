import { createHash } from 'node:crypto';

/** A hash of JSON values that is the same whatever order their keys came in. Two requests with one fingerprint ask for the same. */
export function fingerprint(...values: unknown[]): string {
  const hash = createHash('sha256');
  for (const value of values) hash.update(canonicalJson(value)).update('\0');
  return hash.digest('base64url');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
