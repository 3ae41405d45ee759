import { attributesOf, eventTypeOf, localActivityOf, type NamedHistory, updateNameOf } from './history.js';

/**
 * Where in its workflow a run is, from its events alone: the workflow, the distinct steps that it has asked for, and what is pending. Runs
 * at one place have the same way behind them, so a few of them stand for all.
 */
export function placeOf({ workflow, events }: NamedHistory): string {
  const steps = new Map<string, number>();
  let latest = 0;
  const pending = new Map<string, string>();
  let end: string | undefined;
  // Parallel steps end in any order, so their order is the one in which they began. Retries and loops fold into one.
  const add = (step: string, order = latest) => {
    latest = Math.max(latest, order);
    if (!steps.has(step)) steps.set(step, order);
  };
  for (const event of events) {
    const attributes = attributesOf(event);
    const { activityType, workflowType, startedTimerId } = namesIn(attributes);
    switch (eventTypeOf(event)) {
      case 'MARKER_RECORDED': {
        const local = localActivityOf(event);
        if (local) add(attributes['failure'] ? `${local.name}!` : local.name, local.seq);
        break;
      }
      case 'ACTIVITY_TASK_SCHEDULED':
        add(activityType!, Number(attributes['activityId']) || latest);
        pending.set(event.eventId, activityType!);
        break;
      case 'ACTIVITY_TASK_COMPLETED':
      case 'ACTIVITY_TASK_FAILED':
      case 'ACTIVITY_TASK_TIMED_OUT':
      case 'ACTIVITY_TASK_CANCELED':
        pending.delete(String(attributes['scheduledEventId']));
        break;
      case 'TIMER_STARTED':
        pending.set(event.eventId, 'timer');
        break;
      case 'TIMER_FIRED':
      case 'TIMER_CANCELED':
        pending.delete(startedTimerId!);
        break;
      case 'START_CHILD_WORKFLOW_EXECUTION_INITIATED':
        add(workflowType!);
        pending.set(event.eventId, workflowType!);
        break;
      case 'START_CHILD_WORKFLOW_EXECUTION_FAILED':
      case 'CHILD_WORKFLOW_EXECUTION_COMPLETED':
      case 'CHILD_WORKFLOW_EXECUTION_FAILED':
      case 'CHILD_WORKFLOW_EXECUTION_CANCELED':
      case 'CHILD_WORKFLOW_EXECUTION_TERMINATED':
      case 'CHILD_WORKFLOW_EXECUTION_TIMED_OUT':
        pending.delete(String(attributes['initiatedEventId']));
        break;
      case 'WORKFLOW_EXECUTION_SIGNALED':
        add(`signal ${String(attributes['signalName'])}`);
        break;
      case 'WORKFLOW_EXECUTION_UPDATE_ACCEPTED':
        add(`update ${updateNameOf(event)}`);
        break;
      case 'WORKFLOW_EXECUTION_CANCEL_REQUESTED':
        add('cancelled');
        break;
      default:
        end = /^WORKFLOW_EXECUTION_(COMPLETED|FAILED|CANCELED|CONTINUED_AS_NEW|TERMINATED|TIMED_OUT)$/.exec(
          eventTypeOf(event),
        )?.[1];
    }
  }
  const inOrder = [...steps].toSorted(([, one], [, other]) => one - other).map(([step]) => step);
  const state = end
    ? end.toLowerCase().replaceAll('_', ' ')
    : pending.size > 0
      ? `waits for ${[...pending.values()].join(', ')}`
      : 'open';
  return `${workflow}: ${inOrder.join(' ') || 'begun'}; ${state}`;
}

function namesIn(attributes: Record<string, unknown>) {
  const { activityType, workflowType, startedEventId } = attributes as {
    activityType?: { name: string };
    workflowType?: { name: string };
    startedEventId?: string;
  };
  return { activityType: activityType?.name, workflowType: workflowType?.name, startedTimerId: startedEventId };
}

/** The build that last advanced the run, as its worker reported it; undefined before any has. */
export function buildOf({ events }: NamedHistory): string | undefined {
  for (const event of events.toReversed()) {
    if (eventTypeOf(event) !== 'WORKFLOW_TASK_COMPLETED') continue;
    const { deploymentVersion, workerVersion } = attributesOf(event) as {
      deploymentVersion?: { buildId?: string };
      workerVersion?: { buildId?: string };
    };
    return deploymentVersion?.buildId ?? workerVersion?.buildId;
  }
  return undefined;
}
