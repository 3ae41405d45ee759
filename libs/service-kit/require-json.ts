import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProblemException } from './problem.exception.js';

/**
 * Express middleware: a request body is JSON, or the answer is 415. Without it a body that no parser reads would pass for a missing one.
 * A chunked body without content counts as none, as `Content-Length: 0` does.
 */
export function requireJson(): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  return (request, _response, next) => {
    const { 'content-type': type = '', 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (/^application\/json\s*(;|$)/i.test(type)) return next();
    const refuse = () =>
      next(new ProblemException(415, 'UNSUPPORTED_MEDIA_TYPE', 'A request body must be sent as application/json.'));
    if (Number(length ?? 0) > 0) return refuse();
    if (encoding === undefined) return next();
    onFirstContent(request, refuse, next);
  };
}

/** Waits until a body shows that it has content, or that it has none. One that does neither ends with the server's request timeout. */
function onFirstContent(request: IncomingMessage, content: () => void, none: () => void): void {
  const settle = (then: () => void) => {
    request.off('readable', read).off('end', ended);
    then();
  };
  const read = () => request.read() !== null && settle(content);
  const ended = () => settle(none);
  request.on('readable', read).on('end', ended);
}
