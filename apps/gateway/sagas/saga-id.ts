import { z } from 'zod';
import type { ScopeRule } from '../auth/allow.decorator.js';

/** The id of a saga: its kind, the business id, and a number if the aggregate may have several sagas of the kind. */
export const SagaId = z
  .string()
  .regex(
    /^[a-z][a-z-]{0,39}:[A-Za-z0-9][A-Za-z0-9_-]{0,63}(:[A-Za-z0-9][A-Za-z0-9_-]{0,63})?$/,
    'must be of the form kind:id or kind:id:n',
  )
  .meta({ examples: ['create-order:0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b'] });

const scopeOfKind = [
  [/-order$/, 'orders'],
  [/-trip$/, 'trips'],
  [/-(customer|address)$/, 'customers'],
] as const;

/** The scopes that may read a saga: the scope of its resource, and `operator`. */
export function sagaScopes(sagaId: unknown): readonly ScopeRule[] {
  const [kind = ''] = String(sagaId).split(':', 1);
  const scopes = scopeOfKind.flatMap(([pattern, scope]) => (pattern.test(kind) ? [scope] : []));
  return ['operator', ...scopes];
}
