import { Problem } from '../../contracts/values/problem.js';
import { ProblemException } from '../service-kit/problem.exception.js';

/** A service's 4xx problem as an exception for our caller; undefined for any other answer. Its `instance` becomes the one of our request. */
export function upstreamProblem(status: number, text: string): ProblemException | undefined {
  if (status < 400 || status > 499) return undefined;
  const problem = Problem.safeParse(jsonOf(text));
  if (!problem.success || problem.data.code === undefined) return undefined;
  const { code, detail = '', type, title, errors } = problem.data;
  return new ProblemException(status, code, detail, { type, title, ...(errors ? { errors } : {}) });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
