import { givenEnvironment } from '../../libs/config/settings.js';

/** The options of `npm run test:matrix`. */
export interface MatrixOptions {
  /** The part of the cells that is run, from 1 on, and how many parts there are. */
  shard: number;
  shards: number;
  resume: boolean;
}

export function matrixOptions(): MatrixOptions {
  const { MATRIX_SHARD = '1/1', MATRIX_RESUME } = givenEnvironment();
  const [shard, shards] = MATRIX_SHARD.split('/').map(Number);
  return { shard: shard!, shards: shards!, resume: MATRIX_RESUME === 'true' };
}
