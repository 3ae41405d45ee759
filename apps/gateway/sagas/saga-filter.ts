import { z } from 'zod';
import { pageQuery } from '../../../contracts/values/page.js';
import { atPosition } from '../../../contracts/projection/projection.resource.js';
import { sagaFilter } from '../../../contracts/saga/saga.resource.js';

/** How the list of sagas can be narrowed down, and what it has to know. */
export const SagaFilter = z.strictObject({ ...sagaFilter, ...pageQuery, ...atPosition });
export type SagaFilter = z.infer<typeof SagaFilter>;
