import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '../../contracts/values/problem.js';

const answers: Record<string, Pick<Problem, 'status' | 'code' | 'detail'>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'HEADERS_TOO_LARGE',
    detail: 'The URL and the headers together are longer than this server reads.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'REQUEST_TIMEOUT', detail: 'The request did not arrive completely in time.' },
};

/** Answers, as a problem, what Node's HTTP parser could not read as a request at all; no middleware ever sees it. */
export function answerUnreadable(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const answer = answers[error.code ?? ''] ?? {
    status: 400,
    code: 'MALFORMED_REQUEST',
    detail: 'What was sent is not an HTTP request.',
  };
  const title = STATUS_CODES[answer.status] ?? 'Bad Request';
  const problem: Problem = { type: 'about:blank', title, ...answer };
  const body = JSON.stringify(problem);
  const head = [
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`HTTP/1.1 ${answer.status} ${title}\r\n${head.join('\r\n')}\r\n\r\n${body}`);
}
