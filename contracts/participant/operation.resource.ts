import { z } from 'zod';

/** Fields of every command that begins an operation for a request of a caller. */
export const requestMemory = {
  request: z
    .strictObject({
      key: z.string().min(1).max(200).meta({ description: "Derived from the caller and the caller's `Idempotency-Key`" }),
      fingerprint: z
        .string()
        .min(1)
        .max(200)
        .meta({ description: 'Two requests with the same fingerprint have the same content' }),
    })
    .optional(),
};
export type RequestMemory = z.infer<z.ZodObject<typeof requestMemory>>;

/** How far an operation on an order or a trip has come; CONFIRMED, UNDONE and REFUSED are final. */
export const operationStates = ['BEGUN', 'COMMITTED', 'CONFIRMED', 'UNDONE', 'REFUSED'] as const;

/** An operation on an order or a trip that was begun for a request of a caller. */
export const OperationRecord = z.object({
  operationId: z.string(),
  command: z.string(),
  requestKey: z.string(),
  fingerprint: z.string(),
  state: z.enum(operationStates),
});
export type OperationRecord = z.infer<typeof OperationRecord>;

/** The query of the operations on an order or a trip: those that were begun for one request. */
export const OperationListQuery = z.strictObject({ requestKey: z.string().min(1).max(200) });
export type OperationListQuery = z.infer<typeof OperationListQuery>;
