import type { Settings } from './settings.js';

/** The deadlines of sagas. Every process that starts sagas reads them. */
export const sagaPolicySettings = [
  'SAGA_FAST_STEP_MS',
  'SAGA_STEP_DEADLINE_MS',
  'SAGA_FORWARD_DEADLINE_MS',
  'SAGA_ATTENTION_AFTER_MS',
] as const;
export type SagaPolicySettings = Pick<Settings, (typeof sagaPolicySettings)[number]>;

/** The policy that a saga is started with, in milliseconds: what `SagaPolicy` of the workflows asks for. */
export const sagaPolicy = (settings: SagaPolicySettings) => ({
  fastStepMs: settings.SAGA_FAST_STEP_MS,
  stepDeadlineMs: settings.SAGA_STEP_DEADLINE_MS,
  forwardDeadlineMs: settings.SAGA_FORWARD_DEADLINE_MS,
  attentionAfterMs: settings.SAGA_ATTENTION_AFTER_MS,
});
