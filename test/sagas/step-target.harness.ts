import { type Participant, participantNames, participants, SEAL } from '../../contracts/participant/participants.js';
import { tripPartNames, tripPartTable } from '../../contracts/trip/trip-part.js';
import type { Saga } from '../../contracts/saga/saga.resource.js';
import { eventually } from '../support/api.js';
import { system } from '../support/system.js';

/** A step of a saga, or a compensation. */
export type Step = Saga['steps'][number];
type Named = Pick<Step, 'name' | 'compensates'>;

/** The operation that a step calls. */
export interface Target {
  participant: Participant;
  operation: string;
}

const known = (participant: Participant) => participants[participant] as Record<string, { refusals: readonly string[] }>;

/** The steps of the parts of trips. A part has a noun of its own, as two participants may call a unit the same. */
function stepsOfParts(): Record<string, Target> {
  const steps = tripPartNames.flatMap((name) => {
    const { participant, noun } = tripPartTable[name];
    return Object.keys(participants[participant]).map((operation) => {
      const verb = operation.replace(/[A-Z].*/, '');
      return [`${verb} ${noun}`, { participant, operation }] as const;
    });
  });
  return Object.fromEntries(steps);
}

/** Steps that are not named after their operation, because an earlier participant has an operation of that name. */
const namesakes: Record<string, Target> = {
  ...stepsOfParts(),
  'raise reservation': { participant: 'customer', operation: 'changeReservation' },
  'lower reservation': { participant: 'customer', operation: 'changeReservation' },
};

/** A step is named after the operation that it calls: 'reserve credit' is `reserveCredit`, 'capture payment' is `capture`. */
export function targetOf({ name }: Named): Target {
  if (namesakes[name]) return namesakes[name];
  const camelCase = name.replaceAll(/ (\w)/g, (_space, letter: string) => letter.toUpperCase());
  for (const operation of [camelCase, name.split(' ')[0]!]) {
    for (const participant of participantNames) {
      if (known(participant)[operation]) return { participant, operation };
    }
  }
  throw new Error(`no participant has an operation for the step "${name}"`);
}

/** The code with which an injected fault refuses the step. */
export function refusalOf(step: Named): string {
  const { participant, operation } = targetOf(step);
  return known(participant)[operation]!.refusals[0]!;
}

/** The participant's stored answer to the step; undefined while it has none. The answer of a `sealed` key is the seal's refusal. */
export async function answerTo(sagaId: string, step: Named, sealed?: 'sealed'): Promise<{ status: number } | undefined> {
  const { participant, operation } = targetOf(step);
  const key = `${sagaId}/${(step.compensates ?? step.name).replaceAll(' ', '-')}${step.compensates === undefined ? '' : '/undo'}`;
  const response = await fetch(new URL(`/commands/${encodeURIComponent(key)}`, system()[`${participant}Url`]));
  const found = (await response.json()) as { status: number; operation?: string };
  return found.operation === operation || (sealed && found.operation === SEAL) ? found : undefined;
}

/** Waits for the participant's answer to the step's first attempt, however late it is. */
export const answered = (sagaId: string, step: Named, sealed?: 'sealed'): Promise<{ status: number } | undefined> =>
  eventually(
    () => answerTo(sagaId, step, sealed),
    (answer) => answer !== undefined,
  );
