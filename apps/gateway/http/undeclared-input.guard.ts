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
 * Refuses a body, other than an empty object, on a route that declares none. Other routes refuse unknown fields by their schema.
 * Without this guard a note for a command that takes none would be ignored silently.
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

/** Some clients always send a body, so an empty object counts as none. */
const isEmpty = (body: unknown): boolean =>
  body === undefined ||
  (typeof body === 'object' && body !== null && !Array.isArray(body) && Object.getOwnPropertyNames(body).length === 0);

/** Whether the method of the route has an argument of this kind, such as its query or body. */
export function declaresArgument(context: ExecutionContext, kind: RouteParamtypes): boolean {
  const declared = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as object | undefined;
  return Object.keys(declared ?? {}).some((key) => key.startsWith(`${kind}:`));
}
