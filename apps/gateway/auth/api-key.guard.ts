import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { IS_PUBLIC, ALLOWED_SCOPES, type AllowedScopes, type RoutedRequest } from './allow.decorator.js';
import { AUTH_POLICY, type AuthPolicy, requireKey } from './auth-policy.js';

/**
 * Requires a key with a scope that the route allows. A route under /v1 without `@Allow` is closed, so that a forgotten decorator
 * opens no route.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    @Inject(AUTH_POLICY) private readonly policy: AuthPolicy,
    private readonly reflector: Reflector,
  ) {}

  /** @throws ProblemException 401 without a known key, 403 when the key lacks the scope. */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<IncomingMessage & RoutedRequest>();
    const allowed = this.reflector.getAllAndOverride<AllowedScopes | undefined>(ALLOWED_SCOPES, [
      context.getHandler(),
      context.getClass(),
    ]);
    const isPublic = this.reflector.getAllAndOverride<true | undefined>(IS_PUBLIC, [context.getHandler(), context.getClass()]);
    if (isPublic) return true;
    if (!allowed && !/^\/v1(\/|$)/i.test(request.url ?? '')) return true;
    requireKey(this.policy, request, typeof allowed === 'function' ? allowed(request) : (allowed ?? []));
    return true;
  }
}
