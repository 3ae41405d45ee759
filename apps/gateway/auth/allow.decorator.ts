import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Scope } from '../../../libs/config/api-keys.js';

/** A scope that suffices, or several that suffice together. */
export type ScopeRule = Scope | readonly Scope[];

export const ALLOWED_SCOPES = 'allowed scopes';

/** What a rule may depend on: the request as it was routed. */
export interface RoutedRequest {
  params: Readonly<Record<string, unknown>>;
  query: Readonly<Record<string, unknown>>;
}

/** The rules of a route, or of one request to it. */
export type AllowedScopes = readonly ScopeRule[] | ((request: RoutedRequest) => readonly ScopeRule[]);

/** Who may use a route or a controller: the holder of a key that fits any of these rules. Without it nobody may, while keys are required. */
export const Allow = (...rules: [ScopeRule, ...ScopeRule[]]) => allow(rules);

/** The same, for a route that reads more than one kind of resource: the rules follow from the request. */
export const AllowBy = (rulesOf: (request: RoutedRequest) => readonly ScopeRule[]) => allow(rulesOf);

const allow = (allowed: AllowedScopes) => applyDecorators(SetMetadata(ALLOWED_SCOPES, allowed), ApiBearerAuth());

export const IS_PUBLIC = 'is public';

/** Opens a route or a controller under /v1 to everybody, key or not: for what is documentation, as /openapi.json is. */
export const Public = () => SetMetadata(IS_PUBLIC, true);
