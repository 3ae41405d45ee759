import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import type { Problem } from '../../contracts/values/problem.js';

export interface ProblemOptions {
  cause?: unknown;
  /** Seconds after which the caller may try again; sent as `Retry-After`. */
  retryAfter?: number;
  /** Further headers of the answer, e.g. `WWW-Authenticate`. */
  headers?: Readonly<Record<string, string>>;
}

/** An HTTP answer that is an RFC 9457 problem. `code` is stable, `detail` says what happened, to what, and what to do. */
export class ProblemException extends HttpException {
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: Omit<Problem, 'instance'>;

  constructor(status: number, code: string, detail: string, more: Partial<Problem> = {}, options: ProblemOptions = {}) {
    const problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail, ...more };
    super(problem, status, { cause: options.cause });
    this.problem = problem;
    this.headers = {
      ...options.headers,
      ...(options.retryAfter === undefined ? {} : { 'Retry-After': String(options.retryAfter) }),
    };
  }
}
