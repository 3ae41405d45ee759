import type { Recovery } from '../../../contracts/hooks/hook.resource.js';

export interface RecoveryRow {
  recoveryId: string;
  hookId: string;
  state: Recovery['state'];
  queued: number;
  createdAt: Date;
  finishedAt: Date | null;
}

export const recoveryColumns =
  'recovery_id as "recoveryId", hook_id as "hookId", state, queued, created_at as "createdAt", finished_at as "finishedAt"';

export const toRecovery = ({ createdAt, finishedAt, recoveryId, hookId, state, queued }: RecoveryRow): Recovery => ({
  recoveryId,
  hookId,
  state,
  queued,
  createdAt: createdAt.toISOString(),
  finishedAt: finishedAt?.toISOString() ?? null,
});
