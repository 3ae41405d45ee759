import { Injectable } from '@nestjs/common';
import type { Fault } from '../../../contracts/participant/fault.resource.js';
import type { Page, PageQuery } from '../../../contracts/values/page.js';
import { faultOperationsOf, type Participant, participantNames } from '../../../contracts/participant/participants.js';
import { ParticipantUnavailableException } from '../../../libs/service-client/participant-unavailable.exception.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { slicePage } from '../../../libs/service-kit/slice-page.js';
import { ParticipantsService } from '../upstreams/participants.service.js';

/** Faults on demand. The participants store them. */
@Injectable()
export class FaultsService {
  constructor(private readonly participants: ParticipantsService) {}

  /** @throws ProblemException 422 `UNKNOWN_PARTICIPANT` or `UNKNOWN_OPERATION`, each listing the known ones. */
  put(fault: Fault): Promise<Fault> {
    const name = participantNames.find((known) => known === fault.participant);
    if (!name)
      throw new ProblemException(
        422,
        'UNKNOWN_PARTICIPANT',
        `There is no participant ${fault.participant}. The participants are ${participantNames.join(', ')}.`,
      );
    const operations = faultOperationsOf(name);
    if (!operations.includes(fault.operation)) {
      throw new ProblemException(
        422,
        'UNKNOWN_OPERATION',
        `${name} has no operation ${fault.operation}. Its operations are ${operations.join(', ')}.`,
      );
    }
    return this.participants.apis[name].put('/faults', fault);
  }

  /** A participant has at most one fault for each of its operations. @throws ProblemException 422 `INVALID_CURSOR`. */
  async list(page: PageQuery): Promise<Page<Fault>> {
    const lists = await this.forEachParticipant((name) => this.participants.apis[name].get<{ items: Fault[] }>('/faults'));
    const all = lists.flatMap((list) => list?.items ?? []);
    return slicePage(all, ({ participant, operation }) => `${participant} ${operation}`, page);
  }

  async clear(): Promise<void> {
    await this.forEachParticipant((name) => this.participants.apis[name].delete('/faults'));
  }

  /** A participant that does not run has no faults, because they are in its memory. It is skipped. */
  private forEachParticipant<Result>(call: (name: Participant) => Promise<Result>): Promise<(Result | undefined)[]> {
    return Promise.all(
      participantNames.map((name) =>
        call(name).catch((error: unknown) => {
          if (error instanceof ParticipantUnavailableException && error.outcome === 'refused') return undefined;
          throw error;
        }),
      ),
    );
  }
}
