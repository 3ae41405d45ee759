import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import type { StepKey } from '../../activities/idempotent-command.js';
import { participantClients } from '../../activities/participant-clients.js';
import { type Participant, participantNames } from '../../contracts/participant/participants.js';
import type { OutlinedStep } from '../../contracts/saga/saga-outline.js';
import type { SagaTimeline } from '../../contracts/saga/saga-state.js';
import { builtWorkflows } from '../support/built-workflows.js';
import { system } from '../support/system.js';
import { OperationGate } from './operation-gate.js';
import { SagaScript } from './run-script.js';

/** More than ever run side by side: a run that is lost keeps its place until the worker has noticed. */
const PLACES = 400;

/** A worker of the sagas on a task queue of its own, whose requests to the system's participants go through scripts. */
export interface ScriptedWorker {
  client: Client;
  connection: Connection;
  taskQueue: string;
  /** Must be there before the first run of the saga begins. */
  script(sagaId: string, outline: readonly OutlinedStep[]): SagaScript;
  forget(sagaId: string): void;
  /** The steps of an ended run; undefined if the worker has not been handed them. */
  timelineOf(runId: string): SagaTimeline | undefined;
  stop(): Promise<void>;
}

export async function scriptedWorker(): Promise<ScriptedWorker> {
  const scripts = new Map<string, SagaScript>();
  const timelines = new Map<string, SagaTimeline>();
  const gate = new OperationGate();
  const taskQueue = 'matrix';
  const urls = Object.fromEntries(participantNames.map((name) => [name, system()[`${name}Url`]])) as Record<Participant, string>;
  const clients = participantClients(urls);
  const native = await NativeConnection.connect({ address: system().temporalAddress });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: builtWorkflows,
    activities: createActivities(clients),
    interceptors: {
      activity: [
        ({ info }) => ({
          inbound: {
            execute: (input, next) => {
              const script = scripts.get(info.workflowExecution!.workflowId);
              const send = () => next(input);
              return script ? script.request(info, input.args[0] as StepKey, send) : send();
            },
          },
        }),
      ],
    },
    sinks: {
      sagas: {
        ended: { fn: ({ runId }, timeline: SagaTimeline) => void timelines.set(runId, timeline), callDuringReplay: false },
      },
    },
    maxConcurrentWorkflowTaskExecutions: PLACES,
    maxConcurrentLocalActivityExecutions: PLACES,
    maxConcurrentActivityTaskExecutions: PLACES,
    shutdownGraceTime: '1s',
  });
  const working = worker.run();
  // Never closed: the SDK's retries on a closed connection are uncaught errors. It ends with the process that runs the test.
  const connection = Connection.lazy({ address: system().temporalAddress });
  return {
    client: new Client({ connection }),
    connection,
    taskQueue,
    script: (sagaId, outline) => {
      const script = new SagaScript(sagaId, outline, gate);
      scripts.set(sagaId, script);
      return script;
    },
    forget: (sagaId) => void scripts.delete(sagaId),
    timelineOf: (runId) => timelines.get(runId),
    async stop() {
      worker.shutdown();
      await working;
      await Promise.all([native.close(), ...Object.values(clients).map((client) => client.close())]);
    },
  };
}
