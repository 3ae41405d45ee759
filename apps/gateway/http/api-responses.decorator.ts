import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { STATUS_CODES } from 'node:http';

/** The component under which the OpenAPI document describes problems. */
const problemSchemaRef = '#/components/schemas/Problem';

/** Documents the problems of a route: the codes of each status. */
export const ApiProblems = (problems: Readonly<Record<number, readonly string[]>>) =>
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
