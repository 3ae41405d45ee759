import type { IncomingMessage, ServerResponse } from 'node:http';
import { allowedMethods } from '../../../libs/service-kit/allowed-methods.js';
import type { Middleware } from '../../../libs/service-kit/start-service.js';
import type { OriginPolicy } from './origin-policy.js';

const PREFLIGHT_MAX_AGE_S = 600;

const allowedRequestHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Prefer',
  'If-None-Match',
  'Last-Event-ID',
  'traceparent',
];

/** Response headers that a script can read only if they are listed. */
const exposedHeaders = [
  'Location',
  'Link',
  'Retry-After',
  'Preference-Applied',
  'Events-Cursor',
  'ETag',
  'Allow',
  'WWW-Authenticate',
  'Deprecation',
  'Sunset',
];

/** Refuses foreign pages by the policy, allows pages of `CORS_ORIGINS` to read answers, and answers OPTIONS for every route. */
export function crossOrigin(policy: OriginPolicy): Middleware {
  return (request, response, next) => {
    try {
      policy.check(request.headers);
    } catch (error) {
      return next(error);
    }
    const origin = exposeAnswer(policy, request, response);
    const methods = request.method === 'OPTIONS' ? allowedMethods(request.app, request.path) : [];
    if (methods.length === 0) return next();

    const allow = [...new Set([...methods, 'OPTIONS'])].toSorted().join(', ');
    response.setHeader('Allow', allow);
    if (origin !== undefined && request.headers['access-control-request-method'] !== undefined) {
      response.setHeader('Access-Control-Allow-Methods', allow);
      response.setHeader('Access-Control-Allow-Headers', allowedRequestHeaders.join(', '));
      response.setHeader('Access-Control-Max-Age', PREFLIGHT_MAX_AGE_S);
    }
    response.statusCode = 204;
    response.end();
  };
}

/** The origin whose page may read the answer, if any. */
function exposeAnswer(
  policy: OriginPolicy,
  { headers: { origin } }: IncomingMessage,
  response: ServerResponse,
): string | undefined {
  if (policy.hasCorsOrigins) response.appendHeader('Vary', 'Origin');
  if (origin === undefined || !policy.mayReadAnswers(origin)) return undefined;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', exposedHeaders.join(', '));
  return origin;
}
