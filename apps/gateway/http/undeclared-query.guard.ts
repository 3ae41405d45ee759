import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { IncomingMessage } from 'node:http';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { declares } from './declared-arguments.js';

/**
 * A route of the API that declares no query parameters takes none. Those that do declare some refuse the others by their schema; without
 * this guard a misspelt filter on the rest would be ignored without a word.
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
