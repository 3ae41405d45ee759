import { Body, Controller, Delete, Get, HttpCode, Inject, Put } from '@nestjs/common';
import { Fault } from '../../contracts/participant/fault.resource.js';
import { faultOperationsOf, SEAL } from '../../contracts/participant/participants.js';
import { ProblemException } from '../service-kit/problem.exception.js';
import { FaultRegistry } from './fault.registry.js';
import { PARTICIPANT, type ParticipantIdentity } from './participant.options.js';

/** Sets and clears this participant's faults; refused unless the process runs with `CHAOS=true` outside production. */
@Controller('faults')
export class FaultController {
  constructor(
    @Inject(PARTICIPANT) private readonly participant: ParticipantIdentity,
    private readonly faults: FaultRegistry,
  ) {}

  @Put()
  put(@Body({ schema: Fault }) fault: Fault): Fault {
    this.assertChaosEnabled();
    const operations = faultOperationsOf(this.participant.name);
    if (!operations.includes(fault.operation)) {
      throw new ProblemException(
        422,
        'UNKNOWN_OPERATION',
        `${this.participant.name} has no operation ${fault.operation}; it has ${operations.join(', ')}.`,
      );
    }
    if (fault.operation === SEAL && fault.mode === 'refuse')
      throw new ProblemException(
        422,
        'FAULT_NOT_POSSIBLE',
        'A seal is never refused: its modes are error, delay and drop-response.',
      );
    this.faults.put(fault);
    return fault;
  }

  @Get()
  list(): { items: Fault[] } {
    return { items: this.faults.list() };
  }

  @Delete()
  @HttpCode(204)
  clear(): void {
    this.assertChaosEnabled();
    this.faults.clear();
  }

  private assertChaosEnabled(): void {
    if (!this.participant.chaos)
      throw new ProblemException(
        403,
        'CHAOS_DISABLED',
        'Faults on demand are off: they need CHAOS=true and are never on with NODE_ENV=production.',
      );
  }
}
