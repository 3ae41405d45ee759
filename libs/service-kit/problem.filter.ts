import { type ArgumentsHost, Catch, HttpException, Logger, NotFoundException } from '@nestjs/common';
import { BaseExceptionFilter, type HttpAdapterHost } from '@nestjs/core';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Problem } from '../../contracts/values/problem.js';
import { allowedMethods, type RoutingTable } from './allowed-methods.js';
import { ProblemException } from './problem.exception.js';

const codes: Record<number, string> = {
  400: 'MALFORMED_REQUEST',
  404: 'NOT_FOUND',
  413: 'BODY_TOO_LARGE',
  414: 'URL_TOO_LONG',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  500: 'INTERNAL_ERROR',
  503: 'UNAVAILABLE',
};

type RoutedRequest = IncomingMessage & { path: string };

/** Turns whatever a request ended with into an RFC 9457 problem. What is not meant for the caller (a 5xx's cause) is logged, never sent. */
@Catch()
export class ProblemFilter extends BaseExceptionFilter {
  private readonly log = new Logger('Problem');

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly translate: (exception: unknown) => ProblemException | undefined = () => undefined,
  ) {
    super(host.httpAdapter);
  }

  override catch(thrown: unknown, context: ArgumentsHost): void {
    const http = context.switchToHttp();
    const { httpAdapter } = this.host;
    const response: unknown = http.getResponse();
    if (httpAdapter.isHeadersSent(response)) return void httpAdapter.end(response);

    const exception = this.meantBy(thrown, http.getRequest<RoutedRequest>());
    const status = statusOf(exception);
    if (status >= 500) this.log.error(exception);
    if (exception instanceof HttpException && isHealthReport(exception))
      return void httpAdapter.reply(response, exception.getResponse(), status);

    const headers = exception instanceof ProblemException ? exception.headers : {};
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.setHeader(response, 'Content-Type', 'application/problem+json; charset=utf-8');
    const problem: Problem = {
      ...problemOf(exception, status),
      instance: httpAdapter.getRequestUrl(http.getRequest()) as string,
    };
    httpAdapter.reply(response, problem, status);
  }

  private meantBy(thrown: unknown, request: RoutedRequest): unknown {
    if (thrown instanceof NotFoundException) return this.wrongMethod(request) ?? thrown;
    return thrown instanceof HttpException ? thrown : (this.translate(thrown) ?? thrown);
  }

  /** The router says of a path without the method what it says of no path at all; its table knows better. */
  private wrongMethod({ method = '', path }: RoutedRequest): ProblemException | undefined {
    const allowed = allowedMethods(this.host.httpAdapter.getInstance<RoutingTable>(), path);
    if (allowed.length === 0 || allowed.includes(method)) return undefined;
    const headers = { Allow: allowed.join(', ') };
    const detail = `This path does not take ${method}; it takes ${headers.Allow}.`;
    return new ProblemException(405, 'METHOD_NOT_ALLOWED', detail, {}, { headers });
  }
}

/** Body parsers and the router throw errors that carry a status; anything else is ours and a 500. */
function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  const { status, statusCode } = (exception ?? {}) as { status?: unknown; statusCode?: unknown };
  const said = typeof status === 'number' ? status : statusCode;
  return typeof said === 'number' && said >= 400 && said <= 599 ? said : 500;
}

function problemOf(exception: unknown, status: number): Omit<Problem, 'instance'> {
  if (exception instanceof ProblemException) return exception.problem;
  const message = exception instanceof Error ? exception.message : undefined;
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code: codes[status] ?? (status < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR'),
    ...(status < 500 && message ? { detail: message } : {}),
    ...(status >= 500
      ? { detail: 'The request failed on our side; nothing that it asked for may be assumed. The log has the cause.' }
      : {}),
  };
}

/** The health endpoints answer 503 with a report of their own, which is not an error to flatten. */
function isHealthReport(exception: HttpException): boolean {
  const body = exception.getResponse();
  return typeof body === 'object' && 'details' in body && 'status' in body;
}
