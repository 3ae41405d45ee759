import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ProblemException } from './problem.exception.js';

/** Nest would take `__proto__` and `constructor` out before the schema sees them; a strict schema refuses them like any other unknown key. */
class StrictValidationPipe extends StandardSchemaValidationPipe {
  protected override stripProtoKeys(): void {}
}

/** Validates every body, parameter and query that names a schema; what does not fit is a 422 that points at each fault. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new StrictValidationPipe({
    exceptionFactory: (issues) =>
      new ProblemException(422, 'VALIDATION_FAILED', 'The request does not fit the schema; see errors.', {
        errors: issues
          .slice(0, 50)
          .map((issue: StandardSchemaV1.Issue) => ({ pointer: pointerOf(issue.path), detail: issue.message })),
      }),
  });
}

/** An RFC 6901 JSON pointer of a Standard Schema path. */
function pointerOf(path: StandardSchemaV1.Issue['path']): string {
  const keys = (path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
