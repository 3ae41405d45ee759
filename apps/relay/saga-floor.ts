import { z } from 'zod';
import { ServiceApi } from '../../libs/service-client/service-api.js';

const Floor = z.object({ keepCommandsSince: z.iso.datetime().nullable() });

/** Reads from the saga service when the oldest open saga began: `GET /floor`. */
export class SagaFloor {
  private readonly api: ServiceApi;

  constructor(url: string) {
    this.api = new ServiceApi('saga', url);
  }

  /** When the oldest open saga began. @throws if the saga service is unavailable or does not know it now. */
  async read(): Promise<Date> {
    const { keepCommandsSince } = Floor.parse(await this.api.get('/floor'));
    if (keepCommandsSince === null) throw new Error('The saga service does not know now which sagas are open.');
    return new Date(keepCommandsSince);
  }

  async close(): Promise<void> {
    await this.api.close();
  }
}
