import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProblemException } from './problem.exception.js';

/** Express middleware: a request body is JSON, or the answer is 415. Without it a body that no parser reads would pass for a missing one. */
export function requireJson(): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  return (request, _response, next) => {
    const { 'content-type': type = '', 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    const hasBody = encoding !== undefined || Number(length ?? 0) > 0;
    if (!hasBody || /^application\/json\s*(;|$)/i.test(type)) return next();
    next(new ProblemException(415, 'UNSUPPORTED_MEDIA_TYPE', 'A request body must be sent as application/json.'));
  };
}
