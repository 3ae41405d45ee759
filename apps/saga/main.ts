import { Client, Connection } from '@temporalio/client';
import { Gauge } from 'prom-client';
import { participantNames, type Participant } from '../../contracts/participant/participants.js';
import { participantUrls, participantUrlSettings } from '../../libs/config/participant-url.js';
import { sagaPolicy, sagaPolicySettings } from '../../libs/config/saga-policy.js';
import { readSettings } from '../../libs/config/settings.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { channelSettings } from '../../libs/messaging/channel/open-channel.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { DeadLetters } from '../../libs/messaging/inbox/dead-letters.js';
import { Inbox } from '../../libs/messaging/inbox/inbox.js';
import { databaseProblem } from '../../libs/database/database-failure.js';
import { ServiceApi } from '../../libs/service-client/service-api.js';
import { BackgroundLoop } from '../../libs/service-kit/background-loop.js';
import { createLog } from '../../libs/service-kit/log.js';
import { LookupGauges } from '../../libs/service-kit/lookup-gauges.js';
import { runProcess } from '../../libs/service-kit/run-process.js';
import { startService } from '../../libs/service-kit/start-service.js';
import { connectionOptions, temporalSettingNames } from '../../libs/temporal/connection-options.js';
import { bridgeTable } from './bridge/bridge-table.js';
import { bridgeConsumer } from './bridge/bridge.consumer.js';
import { runBridge } from './bridge/run-bridge.js';
import { EndedTimelineStore } from './ended/ended-timeline.store.js';
import { TimelineBackfill } from './ended/timeline-backfill.js';
import { LeakSweep } from './leaks/leak-sweep.js';
import { LeakRegister } from './leaks/leak.register.js';
import { LostSagas } from './lost/lost-sagas.js';
import { OwnerSweep } from './lost/owner-sweep.js';
import { SagaSettler } from './lost/saga-settler.js';
import { EndedSagaTrimmer } from './retention/ended-saga-trimmer.js';
import { Floor } from './retention/floor.js';
import { RetentionSweep } from './retention/retention-sweep.js';
import { SagaReconciliation } from './saga-reconciliation.js';
import { SagaRegister } from './saga-register.js';
import { SagaWatch } from './saga-watch.js';
import { SagaModule } from './saga.module.js';

const POLL_INTERVAL_MS = 1_000;

const settings = readSettings(
  'LOG_LEVEL',
  'HOST',
  'SAGA_PORT',
  'TEMPORAL_TASK_QUEUE',
  'UNPAID_ORDER_TERM_MS',
  'APPROVAL_WITHIN_MS',
  'SETTLE_LOST_SAGAS',
  'SETTLE_SWEEP_MS',
  'RETENTION_SWEEP_MS',
  'SAGA_RETENTION_HOURS',
  'SHORT_RETENTION',
  'INBOX_RETENTION_HOURS',
  ...participantUrlSettings,
  ...channelSettings,
  ...sagaPolicySettings,
  ...temporalSettingNames,
);
const log = createLog('saga', settings.LOG_LEVEL);

await runProcess(log, async () => {
  if (!settings.DATABASE_URL) throw new Error('The saga watch needs DATABASE_URL: the database as its own role.');
  const database = servicePool(settings.DATABASE_URL, 'saga', 6);
  // Lazy: the watch starts without Temporal and catches up later.
  const connection = Connection.lazy(connectionOptions(settings));
  const client = new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE });
  const urls = participantUrls(settings);
  const participants = Object.fromEntries(participantNames.map((name) => [name, new ServiceApi(name, urls[name])])) as Record<
    Participant,
    ServiceApi
  >;

  const register = new SagaRegister(database);
  const timelines = new EndedTimelineStore(database);
  const leaks = new LeakRegister(database);
  const settler = new SagaSettler(database, register, {
    client,
    owners: participants,
    taskQueue: settings.TEMPORAL_TASK_QUEUE,
    policy: sagaPolicy(settings),
  });
  const backfill = new TimelineBackfill({ client, store: timelines, log });
  const lost = new LostSagas({ client, register, settler, settle: settings.SETTLE_LOST_SAGAS === 'on', log });
  const onChange = () => {
    lost.kick();
    backfill.kick();
  };
  const watch = new SagaWatch({ client, register, log, intervalMs: POLL_INTERVAL_MS, onChange });
  const reconciliation = new SagaReconciliation({ client, register, timelines, log, onChange });
  const ownerSweep = new OwnerSweep({
    client,
    register,
    owners: participants,
    forwardDeadlineMs: settings.SAGA_FORWARD_DEADLINE_MS,
    approvalWithinMs: settings.APPROVAL_WITHIN_MS,
    log,
  });
  const leakSweep = new LeakSweep({ client, leaks, participants, lastPoll: () => watch.lastPoll, log });
  const sweeping = (step: () => Promise<boolean>) =>
    new BackgroundLoop(step, {
      idleMs: settings.SETTLE_SWEEP_MS,
      onError: (error) => log.warn({ err: error }, 'participants could not be swept; the next sweep continues there'),
    });
  const sweeps = [
    sweeping(async () => {
      if ((await ownerSweep.sweep()) > 0) lost.kick();
      return false;
    }),
    sweeping(() => leakSweep.sweep()),
  ];
  const floor = new Floor({ database, client, lastPoll: () => watch.lastPoll, short: settings.SHORT_RETENTION });
  const retention = new RetentionSweep({
    floor,
    participants,
    sagas: new EndedSagaTrimmer(database),
    sagaRetentionMs: settings.SAGA_RETENTION_HOURS * 3_600_000,
    log,
  });
  const trimming = new BackgroundLoop(() => retention.sweep(), {
    idleMs: settings.RETENTION_SWEEP_MS,
    onError: (error) => log.warn({ err: error }, 'nothing could be trimmed; the next sweep retries'),
  });
  const loops = [backfill, lost, reconciliation, trimming, ...sweeps];

  const behind: Gauge = new Gauge({
    name: 'saga_watch_behind_seconds',
    help: 'How long ago Temporal was last polled successfully',
    collect: () => behind.set(watch.lastPoll === undefined ? Number.NaN : (Date.now() - watch.lastPoll) / 1000),
  });
  const floorAge: Gauge = new Gauge({
    name: 'command_floor_age_seconds',
    help: 'How far back participants have to keep commands: to the oldest saga that may continue',
    collect: () => floorAge.set(retention.lastFloor === undefined ? Number.NaN : (Date.now() - retention.lastFloor) / 1000),
  });
  new LookupGauges(() => leaks.counts()).add(
    'leaked_holds',
    'Holds of a participant that are not owned and whose saga has ended',
    ['participant'],
    (counts) => participantNames.map((participant) => [{ participant }, counts.get(participant) ?? 0]),
  );

  const rules = bridgeTable(settings);
  const inbox = new Inbox({ database, history: new EventLog(database) });
  const consumer = bridgeConsumer(rules);
  const bridge = rules.length === 0 ? undefined : await runBridge({ consumer, inbox, database, client, settings, log });
  if (!bridge) await inbox.releaseLog(consumer); // it may have been switched off
  await startService({
    module: SagaModule.register({
      watch,
      register,
      timelines,
      leaks,
      settler,
      floor,
      database,
      deadLetters: new DeadLetters(database, inbox, () => [consumer]),
      bridge,
      lifecycle: {
        drain: () => Promise.all([watch.stop(), bridge?.stop(), ...loops.map((loop) => loop.stop())]),
        close: async () => {
          await bridge?.close();
          await Promise.all(Object.values(participants).map((api) => api.close()));
          await database.end();
        },
      },
    }),
    log,
    host: settings.HOST,
    port: settings.SAGA_PORT,
    bodyLimit: '16mb', // many timelines at once
    translate: databaseProblem,
  });
  watch.start();
  for (const loop of loops) loop.start();
});
