import type { OutlinedStep } from '../../contracts/saga/saga-outline.js';
import type { SweptSaga } from './swept-sagas.js';

/** The declared steps of a saga, and the steps of an undisturbed run. */
export interface Profile {
  saga: SweptSaga;
  outline: readonly OutlinedStep[];
  steps: readonly Pick<OutlinedStep, 'name' | 'kind'>[];
}

/** How a request is lost together with its run. `in flight`: it arrives after the last run has ended. */
export type Loss = 'before' | 'in flight' | 'answer lost';

/** The point at which the first run is lost: at a step, or after its end. */
export type Cut = { at: number; loss: Loss } | 'ended';

/** The event that the next run meets. */
export type Encounter =
  | {
      kind: 'nothing' | 'abort' | 'cancel' | 'forward deadline' | 'settle run' | 'reset' | 'approve' | 'decline' | 'expiry';
    }
  | { kind: 'away shorter' | 'away longer' | 'refusal'; step: string }
  /** The second run is aborted, and lost while it seals the pivot or compensates the step. A third run meets nothing. */
  | { kind: 'loss at the seal' | 'loss at an undo'; step: string; loss: Exclude<Loss, 'before'> };

export const encounterKinds = [
  'nothing',
  'abort',
  'cancel',
  'settle run',
  'reset',
  'forward deadline',
  'away shorter',
  'away longer',
  'refusal',
  'loss at the seal',
  'loss at an undo',
  'approve',
  'decline',
  'expiry',
] as const satisfies Encounter['kind'][];

export interface Cell {
  profile: Profile;
  cut: Cut;
  encounter: Encounter;
}

/** Identifies the cell within its saga. */
export function titleOf({ profile, cut, encounter }: Cell): string {
  const where = cut === 'ended' ? 'after the last step' : `${profile.steps[cut.at]!.name}: ${cut.loss}`;
  const at = 'step' in encounter ? ` of "${encounter.step}"` : '';
  return `${where} × ${encounter.kind}${at}${'loss' in encounter ? ` (${encounter.loss})` : ''}`;
}

/** Every cut of the saga with everything that the next run may meet. */
export const cellsOf = (profile: Profile): Cell[] =>
  cutsOf(profile).flatMap((cut) => encountersOf(profile).map((encounter) => ({ profile, cut, encounter })));

const losses: readonly Loss[] = ['before', 'in flight', 'answer lost'];

const cutsOf = ({ steps }: Profile): Cut[] => [
  ...steps.flatMap((_step, at) => losses.map((loss): Cut => ({ at, loss }))),
  'ended',
];

function encountersOf({ saga, outline, steps }: Profile): Encounter[] {
  const plain = (['nothing', 'abort', 'cancel', 'settle run', 'reset', 'forward deadline'] as const).map((kind) => ({ kind }));
  const decisions = (['approve', 'decline', 'expiry'] as const).map((kind) => ({ kind }));
  const struck = steps.filter(({ name }) => !saga.approval || approvalSteps.has(name));
  const atStep = (['away shorter', 'away longer', 'refusal'] as const).flatMap((kind) =>
    struck.map(({ name: step }) => ({ kind, step })),
  );
  const thirdLoss = (['in flight', 'answer lost'] as const).flatMap((loss) =>
    outline.flatMap(({ name: step, kind, compensation }): Encounter[] => [
      ...(kind === 'pivot' ? [{ kind: 'loss at the seal', step, loss } as const] : []),
      ...(compensation === undefined ? [] : [{ kind: 'loss at an undo', step, loss } as const]),
    ]),
  );
  return [...plain, ...(saga.approval ? decisions : []), ...atStep, ...thirdLoss];
}

/** Steps that only a trip with an approval has. */
export const approvalSteps: ReadonlySet<string> = new Set(['request approval', 'accept approval']);

/** Steps that begin together. */
export function inParallel(one: string, other: string): boolean {
  const [verb, part] = one.split(' ');
  const [otherVerb, otherPart] = other.split(' ');
  return verb === otherVerb && parts.has(part!) && parts.has(otherPart!);
}
const parts = new Set(['room', 'seat', 'car', 'train']);

/** Whether the step of that place has its effect when the first run is lost. */
function hasEffect({ profile: { steps }, cut }: Cell, place: number): boolean {
  if (cut === 'ended' || place < cut.at) return true;
  if (place === cut.at) return cut.loss === 'answer lost';
  return inParallel(steps[place]!.name, steps[cut.at]!.name);
}

/** How the saga must end. A pivot that has happened decides; otherwise what the next run meets. */
export function expectedEnd(cell: Cell): 'COMPLETED' | 'COMPENSATED' {
  const { profile, encounter } = cell;
  const { steps, outline } = profile;
  const pivot = steps.findIndex(({ kind }) => kind === 'pivot');
  if (hasEffect(cell, pivot)) return 'COMPLETED';
  const isCompensable = (name: string) => steps.find((step) => step.name === name)?.kind === 'compensable';
  switch (encounter.kind) {
    case 'nothing':
    case 'approve':
    case 'reset':
    case 'away shorter':
      return 'COMPLETED';
    case 'abort':
    case 'cancel':
    case 'settle run':
    case 'decline':
    case 'expiry':
    case 'loss at an undo':
      return 'COMPENSATED';
    case 'forward deadline':
      return isCompensable(steps[0]!.name) ? 'COMPENSATED' : 'COMPLETED';
    case 'away longer':
      return isCompensable(encounter.step) ? 'COMPENSATED' : 'COMPLETED';
    case 'refusal': {
      const place = steps.findIndex(({ name }) => name === encounter.step);
      return place > pivot || hasEffect(cell, place) ? 'COMPLETED' : 'COMPENSATED';
    }
    case 'loss at the seal': {
      const pivots = outline.flatMap(({ name, kind }) => (kind === 'pivot' ? [name] : []));
      const sealed = pivots.slice(0, pivots.indexOf(encounter.step) + (encounter.loss === 'answer lost' ? 1 : 0));
      return sealed.includes(steps[pivot]!.name) ? 'COMPENSATED' : 'COMPLETED';
    }
  }
}
