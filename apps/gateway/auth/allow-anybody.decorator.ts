import { SetMetadata } from '@nestjs/common';

export const ALLOWED_TO_ANYBODY = 'allowed to anybody';

/** Opens a route or a controller under /v1 to everybody, key or not: for what is documentation, as /openapi.json is. */
export const AllowAnybody = () => SetMetadata(ALLOWED_TO_ANYBODY, true);
