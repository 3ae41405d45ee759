import { Problem } from '../../contracts/problem.js';
import { ProblemException } from '../service-kit/problem.exception.js';

/** A service's own 4xx problem as ours, for the caller to read; undefined for what is none. The instance becomes that of our request. */
export function passedOn(status: number, text: string): ProblemException | undefined {
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
