import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { ALLOWED_TO_ANYBODY } from './allow-anybody.decorator.js';
import { ALLOWED_SCOPES } from './allow.decorator.js';
import { findApiKey } from './api-key.js';
import { AUTH_POLICY, type AuthPolicy } from './auth-policy.js';
import { rememberCaller } from './caller.js';
import type { Scope } from './scopes.js';

/**
 * Lets a request through that bears a key with one of the scopes that its route allows. A route under /v1 that allows nobody is closed,
 * so that forgetting to say who may use it does not open it.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    @Inject(AUTH_POLICY) private readonly policy: AuthPolicy,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** @throws ProblemException 401 without a known key, 403 when the key lacks the scope. */
  canActivate(context: ExecutionContext): boolean {
    if (!this.policy.required) return true;
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const allowed = this.reflector.getAllAndOverride<Scope[] | undefined>(ALLOWED_SCOPES, [
      context.getHandler(),
      context.getClass(),
    ]);
    const open = this.reflector.getAllAndOverride<true | undefined>(ALLOWED_TO_ANYBODY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (open) return true;
    if (!allowed && !/^\/v1(\/|$)/i.test(request.url ?? '')) return true;

    const [, token] = /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const key = token === undefined ? undefined : findApiKey(this.policy.keys, token);
    if (!key) {
      const detail =
        token === undefined ? 'This call needs a key: send Authorization: Bearer <API key>.' : 'The API key is not known.';
      const challenge = token === undefined ? 'Bearer realm="roundtrip"' : 'Bearer realm="roundtrip", error="invalid_token"';
      throw new ProblemException(401, 'UNAUTHENTICATED', detail, {}, { headers: { 'WWW-Authenticate': challenge } });
    }
    if (!allowed?.some((scope) => key.scopes.has(scope))) {
      throw new ProblemException(
        403,
        'SCOPE_MISSING',
        `The API key lacks the scope that this call needs: ${allowed?.join(' or ') ?? 'none is enough'}.`,
      );
    }
    rememberCaller(request, key.hash.toString('base64url'));
    return true;
  }
}
