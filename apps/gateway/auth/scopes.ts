/** What an API key may be good for. */
export const scopes = ['orders', 'trips', 'customers', 'hooks', 'events', 'operator'] as const;
export type Scope = (typeof scopes)[number];

/** A scope that suffices, or several that suffice together. */
export type ScopeRule = Scope | readonly Scope[];
