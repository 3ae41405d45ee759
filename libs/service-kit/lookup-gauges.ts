import { Gauge, register } from 'prom-client';

/** One value of a gauge, with its labels. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/**
 * Gauges that are read at each scrape, with one lookup per scrape. If the lookup fails they keep their last values, because an unavailable
 * database must not hide the other metrics of the process.
 */
export class LookupGauges<Look> {
  private looking: Promise<Look | undefined> | undefined;

  constructor(private readonly look: () => Promise<Look>) {}

  /** Replaces a gauge of the same name. */
  add(name: string, help: string, labelNames: readonly string[], samples: (look: Look) => readonly Sample[]): this {
    register.removeSingleMetric(name);
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      collect: async () => {
        const look = await this.once();
        if (look === undefined) return;
        gauge.reset();
        for (const [labels, value] of samples(look)) gauge.set(labels, value);
      },
    });
    return this;
  }

  private once(): Promise<Look | undefined> {
    return (this.looking ??= this.look()
      .catch(() => undefined)
      .finally(() => (this.looking = undefined)));
  }
}
