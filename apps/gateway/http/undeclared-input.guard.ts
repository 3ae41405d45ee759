import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { IncomingMessage } from 'node:http';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

/**
 * Refuses query parameters on a route that declares none. Other routes refuse unknown ones by their schema. Without this guard a misspelt
 * filter would be ignored silently.
 */
@Injectable()
export class UndeclaredQueryGuard implements CanActivate {
  /** @throws ProblemException 422 `VALIDATION_FAILED`. */
  canActivate(context: ExecutionContext): boolean {
    const { url = '' } = context.switchToHttp().getRequest<IncomingMessage>();
    if (!/^\/v1\/[^?]*\?./i.test(url) || declaresArgument(context, RouteParamtypes.QUERY)) return true;
    throw new ProblemException(422, 'VALIDATION_FAILED', 'This call takes no query parameters.', {
      errors: [{ pointer: '', detail: 'takes no query parameters' }],
    });
  }
}

/**
 * A route of the API that declares no body takes none, or an empty object. Those that do declare one refuse what does not fit by their
 * schema; without this guard a note sent to a command that keeps none would be lost without a word.
 */
@Injectable()
export class UndeclaredBodyGuard implements CanActivate {
  /** @throws ProblemException 422 `VALIDATION_FAILED`. */
  canActivate(context: ExecutionContext): boolean {
    const { url = '', body } = context.switchToHttp().getRequest<IncomingMessage & { body?: unknown }>();
    if (isEmpty(body) || !/^\/v1\//i.test(url) || declaresArgument(context, RouteParamtypes.BODY)) return true;
    throw new ProblemException(422, 'VALIDATION_FAILED', 'This call takes no body.', {
      errors: [{ pointer: '', detail: 'takes no body' }],
    });
  }
}

/** What a client sends that always sends something says as little as nothing. */
const isEmpty = (body: unknown): boolean =>
  body === undefined ||
  (typeof body === 'object' && body !== null && !Array.isArray(body) && Object.getOwnPropertyNames(body).length === 0);

/** Whether the route's method takes such an argument: its query, its body. */
export function declaresArgument(context: ExecutionContext, kind: RouteParamtypes): boolean {
  const declared = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as object | undefined;
  return Object.keys(declared ?? {}).some((key) => key.startsWith(`${kind}:`));
}
