import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import type { Participant } from '../../contracts/participant/participants.js';
import { OperationsModule } from '../service-kit/operations.module.js';
import type { CommandHandlers } from './command-handler.js';
import { COMMAND_HANDLERS, CommandController } from './command.controller.js';
import { CommandExecutor, DATABASE } from './command.executor.js';
import { DatabaseLifecycle } from './database.lifecycle.js';
import { FaultController } from './fault.controller.js';
import { FaultRegistry } from './fault.registry.js';
import { PARTICIPANT, type ParticipantIdentity } from './participant.options.js';
import { COMMAND_RETENTION_MS, commandKeys, Retention, TRIMMABLE_TABLES, type TrimmableTable } from './retention.js';
import { RetentionController } from './retention.controller.js';
import type { Database, Transaction } from './transaction.js';

export interface ParticipantOptions<P extends Participant, Tx extends Transaction> {
  name: P;
  chaos: boolean;
  database: Database<Tx> & { $disconnect(): Promise<void> };
  /** The class whose properties are the handlers of the participant's operations. */
  commands: Type<CommandHandlers<P, Tx>>;
  controllers: Type[];
  providers?: Provider[];
  /** How long idempotency keys are kept at the least. */
  commandRetentionMs: number;
  /** The tables to trim besides the keys: marks and tombstones. */
  trimmable?: readonly TrimmableTable[];
}

/** Everything that makes a service a participant: idempotent commands, look-up by key, faults on demand, health; its own queries are added. */
@Module({})
export class ParticipantModule {
  static register<P extends Participant, Tx extends Transaction>(options: ParticipantOptions<P, Tx>): DynamicModule {
    const { database } = options;
    const identity: ParticipantIdentity = { name: options.name, chaos: options.chaos };
    return {
      module: ParticipantModule,
      imports: [OperationsModule.register({ inject: [], useFactory: () => ({ database: () => database.$queryRaw`select 1` }) })],
      controllers: [CommandController, FaultController, RetentionController, ...options.controllers],
      providers: [
        { provide: PARTICIPANT, useValue: identity },
        { provide: DATABASE, useValue: database },
        { provide: COMMAND_HANDLERS, useClass: options.commands },
        CommandExecutor,
        DatabaseLifecycle,
        FaultRegistry,
        { provide: COMMAND_RETENTION_MS, useValue: options.commandRetentionMs },
        { provide: TRIMMABLE_TABLES, useValue: [commandKeys, ...(options.trimmable ?? [])] },
        Retention,
        ...(options.providers ?? []),
      ],
    };
  }
}
