import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiResponse } from '@nestjs/swagger';
import { STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import { pageOf } from '../../../contracts/values/page.js';

/** The codes of the problems of a route, by status. */
type Problems = Readonly<Record<number, readonly string[]>>;

/** The component under which the OpenAPI document describes problems. */
const problemSchemaRef = '#/components/schemas/Problem';

/** Documents the problems of a route: the codes of each status. */
export const ApiProblems = (problems: Problems) =>
  applyDecorators(
    ...Object.entries(problems).map(([status, codes]) =>
      ApiResponse({
        status: Number(status),
        description: `${STATUS_CODES[status] ?? 'Problem'}: ${codes.map((code) => `\`${code}\``).join(', ')}`,
        content: {
          'application/problem+json': {
            schema: { $ref: problemSchemaRef },
            example: { type: 'about:blank', title: STATUS_CODES[status] ?? 'Problem', status: Number(status), code: codes[0] },
          },
        },
      }),
    ),
  );

/** The problems of every route with a JSON body, besides its own. */
export const bodyProblems = {
  400: ['MALFORMED_REQUEST'],
  413: ['BODY_TOO_LARGE'],
  415: ['UNSUPPORTED_MEDIA_TYPE'],
} as const;

/** The problems of every list of another service. */
const listProblems = { 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'], 503: ['PARTICIPANT_UNAVAILABLE'] } as const;

/** Documents a route that answers a page of a list of another service. `more` has its problems besides those of every such list. */
export const ApiPage = (item: z.ZodType, more: Problems = {}) =>
  applyDecorators(ApiOkResponse({ standardSchema: pageOf(item) }), ApiProblems({ ...listProblems, ...more }));
