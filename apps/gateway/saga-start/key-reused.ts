import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

/** 422 `IDEMPOTENCY_KEY_REUSED`. */
export const keyReused = (sagaId: string): ProblemException =>
  new ProblemException(
    422,
    'IDEMPOTENCY_KEY_REUSED',
    `The Idempotency-Key belongs to the saga ${sagaId}, which was started with other content. Send this request with a new key.`,
  );
