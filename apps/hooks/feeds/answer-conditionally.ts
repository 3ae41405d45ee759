import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';

interface Representation {
  contentType: string;
  cacheControl: string;
  body: string;
}

/** Answers with a strong `ETag` of the body, and with 304 if the client has that body already (RFC 9110, `If-None-Match`). */
export function answerConditionally(response: ServerResponse, { contentType, cacheControl, body }: Representation): void {
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  response.setHeader('Cache-Control', cacheControl);
  response.setHeader('ETag', etag);
  if (isAmong(etag, response.req.headers['if-none-match'])) {
    response.statusCode = 304;
    response.end();
    return;
  }
  response.setHeader('Content-Type', contentType);
  response.end(body);
}

function isAmong(etag: string, ifNoneMatch: string | undefined): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes('*') || known.includes(etag);
}
