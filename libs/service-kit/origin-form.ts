import type { IncomingMessage, Server } from 'node:http';
import { ProblemException } from './problem.exception.js';

const absoluteForm = /^https?:\/\/([^/?#@]+)([/?].*)?$/i;

/**
 * Gives every request of a server its target in origin form before anything reads it, so that guards, routes and logs see one form only.
 * A listener for upgrades calls `toOriginForm` itself: a listener that this added would keep Node from serving upgrades as requests.
 */
export function readTargetsInOriginForm(server: Server): void {
  server.prependListener('request', toOriginForm);
}

/** Express middleware: refuses a target that has no origin form, such as `ftp://host/path`, or one with credentials. */
export function requireOriginForm(): (request: IncomingMessage, response: unknown, next: (error?: unknown) => void) => void {
  return ({ url = '' }, _response, next) => {
    if (/^(\/|\*$)/.test(url)) return next();
    next(
      new ProblemException(
        400,
        'MALFORMED_REQUEST',
        'A request target must be a path, or an http URL with a host and no credentials.',
      ),
    );
  };
}

/** The host of an absolute-form target replaces `Host`, as RFC 9112 (3.2.2) asks. A target that has no origin form stays as it is. */
export function toOriginForm(request: IncomingMessage): void {
  const [, host, target = '/'] = absoluteForm.exec(request.url ?? '') ?? [];
  if (host === undefined) return;
  request.url = target.startsWith('/') ? target : `/${target}`;
  request.headers.host = host;
  // A request that is served again without its upgrade is written again from these.
  const { rawHeaders } = request;
  for (let name = 0; name < rawHeaders.length; name += 2) {
    if (rawHeaders[name]?.toLowerCase() === 'host') rawHeaders[name + 1] = host;
  }
}
