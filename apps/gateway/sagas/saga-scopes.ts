import type { ScopeRule } from '../auth/scopes.js';

const scopeOfKind = [
  [/-order$/, 'orders'],
  [/-trip$/, 'trips'],
  [/-(customer|address)$/, 'customers'],
] as const;

/** The scopes that may read a saga: the one of the resource that the saga's id names, and `operator`. */
export function sagaScopes(sagaId: unknown): readonly ScopeRule[] {
  const [kind = ''] = String(sagaId).split(':', 1);
  const scopes = scopeOfKind.flatMap(([pattern, scope]) => (pattern.test(kind) ? [scope] : []));
  return ['operator', ...scopes];
}
