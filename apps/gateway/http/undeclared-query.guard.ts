import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { IncomingMessage } from 'node:http';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { declares } from './declared-arguments.js';

/**
 * Refuses query parameters on a route that declares none. Other routes refuse unknown ones by their schema. Without this guard a misspelt
 * filter would be ignored silently.
 */
@Injectable()
export class UndeclaredQueryGuard implements CanActivate {
  /** @throws ProblemException 422 `VALIDATION_FAILED`. */
  canActivate(context: ExecutionContext): boolean {
    const { url = '' } = context.switchToHttp().getRequest<IncomingMessage>();
    if (!/^\/v1\/[^?]*\?./i.test(url) || declares(context, RouteParamtypes.QUERY)) return true;
    throw new ProblemException(422, 'VALIDATION_FAILED', 'This call takes no query parameters.', {
      errors: [{ pointer: '', detail: 'takes no query parameters' }],
    });
  }
}
