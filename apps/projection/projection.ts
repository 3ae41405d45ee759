import type { Consumer } from '../../libs/messaging/inbox/consumer.js';

/** A read model: what consumers make of the log, in rows that carry the generation that wrote them. */
export interface Projection {
  readonly name: string;
  /** Those that write a generation. Their names are `<projection>[-<what>].<generation>`. */
  consumers(generation: number): readonly Consumer[];
  /** Its tables, each with the column that is the primary key behind `generation`. */
  readonly tables: Readonly<Record<string, string>>;
}
