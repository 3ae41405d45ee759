import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Scope } from './scopes.js';

export const ALLOWED_SCOPES = 'allowed scopes';

/** Who may use a route or a controller: the holder of a key with any of these scopes. Without it nobody may, while keys are required. */
export const Allow = (...scopes: [Scope, ...Scope[]]) => applyDecorators(SetMetadata(ALLOWED_SCOPES, scopes), ApiBearerAuth());
