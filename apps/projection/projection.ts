import type { Consumer } from '../../libs/messaging/inbox/consumer.js';

/** A read model: rows that consumers derive from the log. Each row has the generation that wrote it. */
export interface Projection {
  readonly name: string;
  /** The consumers of a generation. Their names are `<projection>[-<what>].<generation>`. */
  consumers(generation: number): readonly Consumer[];
  /** Its tables, each with the column that is the primary key behind `generation`. */
  readonly tables: Readonly<Record<string, string>>;
}
