import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Participant, participantNames } from '../../../contracts/participant/participants.js';
import { participantUrls, type ParticipantUrlSetting } from '../../../libs/config/participant-url.js';
import { ServiceApi } from '../../../libs/service-client/service-api.js';
import { ServiceWatch } from '../../../libs/service-client/service-watch.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../config/gateway.settings.js';

/** The participants, with a health check of each. */
@Injectable()
export class ParticipantsService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly apis: Readonly<Record<Participant, ServiceApi>>;
  private readonly watches: Readonly<Record<Participant, ServiceWatch>>;

  constructor(@Inject(GATEWAY_SETTINGS) settings: Pick<GatewaySettings, ParticipantUrlSetting>) {
    const urls = participantUrls(settings);
    this.apis = each((name) => new ServiceApi(name, urls[name]));
    this.watches = each((name) => new ServiceWatch(this.apis[name]));
  }

  /**
   * Refuses a command whose saga needs an unavailable participant. Sends no request.
   * @throws ParticipantUnavailableException naming the first unavailable participant.
   */
  assertAvailable(names: readonly Participant[]): void {
    for (const name of names) this.watches[name].assertAvailable('Nothing was started. Try again later.');
  }

  /** Whether the last health check of a participant succeeded. Sends no request. */
  isAvailable(name: Participant): boolean {
    return this.watches[name].available;
  }

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all(participantNames.map((name) => this.watches[name].start()));
  }

  async onApplicationShutdown(): Promise<void> {
    for (const name of participantNames) this.watches[name].stop();
    await Promise.all(participantNames.map((name) => this.apis[name].close()));
  }
}

function each<Value>(make: (name: Participant) => Value): Record<Participant, Value> {
  return Object.fromEntries(participantNames.map((name) => [name, make(name)])) as Record<Participant, Value>;
}
