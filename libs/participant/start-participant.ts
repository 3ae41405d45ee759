import type { PrismaPg } from '@prisma/adapter-pg';
import type { Participant } from '../../contracts/participant/participants.js';
import { readSettings } from '../config/settings.js';
import { prismaAdapter } from '../database/prisma-adapter.js';
import { createLog } from '../service-kit/log.js';
import { runProcess } from '../service-kit/run-process.js';
import { startService } from '../service-kit/start-service.js';
import { databaseProblem } from '../database/database-failure.js';
import { ParticipantModule, type ParticipantOptions } from './participant.module.js';
import type { Database, Transaction } from './transaction.js';

type Options<P extends Participant, Tx extends Transaction> = Omit<
  ParticipantOptions<P, Tx>,
  'chaos' | 'database' | 'commandRetentionMs'
> & {
  database: (adapter: PrismaPg) => Database<Tx> & { $disconnect(): Promise<void> };
};

/** The whole main function of a participant's process: settings, database, HTTP service. */
export async function startParticipant<P extends Participant, Tx extends Transaction>(options: Options<P, Tx>): Promise<void> {
  const { COMMAND_RETENTION_HOURS, ...settings } = readSettings(
    'LOG_LEVEL',
    'NODE_ENV',
    'HOST',
    'PORT',
    'CHAOS',
    'DATABASE_URL',
    'DATABASE_POOL_SIZE',
    'COMMAND_RETENTION_HOURS',
    'SHORT_RETENTION',
  );
  const { LOG_LEVEL, NODE_ENV, HOST, PORT, CHAOS, DATABASE_URL, DATABASE_POOL_SIZE } = settings;
  const log = createLog(options.name, LOG_LEVEL);
  await runProcess(log, async () => {
    if (!DATABASE_URL) throw new Error(`The ${options.name} service needs DATABASE_URL: the database as its own role.`);
    const database = options.database(prismaAdapter(DATABASE_URL, options.name, DATABASE_POOL_SIZE));
    const module = ParticipantModule.register({
      ...options,
      database,
      chaos: CHAOS && NODE_ENV !== 'production',
      commandRetentionMs: COMMAND_RETENTION_HOURS * 3_600_000,
    });
    await startService({ module, log, host: HOST, port: PORT, translate: databaseProblem });
  });
}
