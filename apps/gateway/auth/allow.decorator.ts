import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Scope } from '../../../libs/config/api-keys.js';

/** A scope, or several scopes that are needed together. */
export type ScopeRule = Scope | readonly Scope[];

export const ALLOWED_SCOPES = 'allowed scopes';

/** The routed request, which a rule may depend on. */
export interface RoutedRequest {
  params: Readonly<Record<string, unknown>>;
  query: Readonly<Record<string, unknown>>;
}

/** The rules of a route, or a function that derives them from the request. */
export type AllowedScopes = readonly ScopeRule[] | ((request: RoutedRequest) => readonly ScopeRule[]);

/**
 * Allows a route or a controller for keys that match any of these rules. Without it no key is allowed, while keys are required.
 */
export const Allow = (...rules: [ScopeRule, ...ScopeRule[]]) => allow(rules);

/** The same, with rules that depend on the request, for a route that reads more than one kind of resource. */
export const AllowBy = (rulesOf: (request: RoutedRequest) => readonly ScopeRule[]) => allow(rulesOf);

const allow = (allowed: AllowedScopes) => applyDecorators(SetMetadata(ALLOWED_SCOPES, allowed), ApiBearerAuth());

export const IS_PUBLIC = 'is public';

/** Allows a route or a controller under /v1 without a key: for documentation, such as /openapi.json. */
export const Public = () => SetMetadata(IS_PUBLIC, true);
