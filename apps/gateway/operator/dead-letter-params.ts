import { z } from 'zod';

/** The name of a service in a path. */
export const ServiceName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be the name of a service')
  .meta({ examples: ['order'] });

/** The number of a dead event or dead letter in a path. */
export const DeadLetterId = z
  .string()
  .regex(/^\d{1,15}$/, 'must be the number of an event in this list')
  .transform(Number);
