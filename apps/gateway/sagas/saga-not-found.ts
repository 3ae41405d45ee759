import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

/** @throws ProblemException 404 `SAGA_NOT_FOUND`. */
export function sagaNotFound(sagaId: string): never {
  throw new ProblemException(404, 'SAGA_NOT_FOUND', `There is no saga ${sagaId}.`);
}
