import type { Scope } from '../../../libs/config/api-keys.js';

/** A scope that suffices, or several that suffice together. */
export type ScopeRule = Scope | readonly Scope[];
