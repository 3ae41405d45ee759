import type { Pool } from 'pg';
import { inTransaction } from '../../database/in-transaction.js';
import type { GroupStore, HeartbeatAnswer } from './group-store.js';

export interface PostgresGroup {
  /** As the role of the service, whose schema has the tables of `prisma/channel`. */
  database: Pool;
  group: string;
  /** UUID of this member. */
  member: string;
  leaseMs: number;
}

const until = `clock_timestamp() + $3 * interval '1 millisecond'`;

/** The state of a group in the tables of its service. All times are the database's. */
export class PostgresGroupStore implements GroupStore {
  constructor(private readonly options: PostgresGroup) {}

  /**
   * Creates the group if it does not exist.
   * @param had whether the group has every event up to the position. Then it continues behind it.
   */
  async create(partitions: number, position: number, had: boolean): Promise<void> {
    const { database, group } = this.options;
    if (had)
      await database.query('update channel_cursor set position = $2 where channel_group = $1 and position < $2', [
        group,
        position,
      ]);
    await database.query(
      `insert into channel_cursor (channel_group, partition, position) select $1, partition, $3 from generate_series(0, $2 - 1) as partition
       on conflict do nothing`,
      [group, partitions, position],
    );
  }

  heartbeat(): Promise<HeartbeatAnswer> {
    const { database, group, member, leaseMs } = this.options;
    return inTransaction(database, async (tx) => {
      // One member at a time, so that each sees the partitions of every other member.
      await tx.query('select from channel_cursor where channel_group = $1 order by partition for update', [group]);
      await tx.query(
        `with gone as (
           delete from channel_member where channel_group = $1 and member <> $2 and seen_at < clock_timestamp() - $3 * interval '1 millisecond'
         )
         insert into channel_member (channel_group, member, seen_at) values ($1, $2, clock_timestamp())
         on conflict (channel_group, member) do update set seen_at = excluded.seen_at`,
        [group, member, leaseMs],
      );
      const { rows } = await tx.query<{ share: number }>(
        `select ceil((select count(*) from channel_cursor where channel_group = $1)::numeric /
                     (select count(*) from channel_member where channel_group = $1))::int as share`,
        [group],
      );
      const share = rows[0]!.share;
      await tx.query(`update channel_cursor set leased_until = ${until} where channel_group = $1 and member = $2`, [
        group,
        member,
        leaseMs,
      ]);
      await tx.query(
        `update channel_cursor set member = $2, leased_until = ${until}
         where channel_group = $1 and partition in (
           select partition from channel_cursor
           where channel_group = $1 and (member is null or leased_until < clock_timestamp()) order by partition
           limit greatest(0, $4 - (select count(*) from channel_cursor where channel_group = $1 and member = $2))
         )`,
        [group, member, leaseMs, share],
      );
      const held = await tx.query<{ partition: number; position: string }>(
        'select partition, position from channel_cursor where channel_group = $1 and member = $2 order by partition',
        [group, member],
      );
      return { share, leases: held.rows.map(({ partition, position }) => ({ partition, from: Number(position) })) };
    });
  }

  async commit(settled: ReadonlyMap<number, number>): Promise<void> {
    const { database, group, member } = this.options;
    await database.query(
      `update channel_cursor c set position = greatest(c.position, s.position), updated_at = clock_timestamp()
       from unnest($3::int[], $4::bigint[]) as s (partition, position)
       where c.channel_group = $1 and c.member = $2 and c.partition = s.partition`,
      [group, member, [...settled.keys()], [...settled.values()]],
    );
  }

  async release(partitions: readonly number[]): Promise<void> {
    const { database, group, member } = this.options;
    await database.query(
      `update channel_cursor set member = null, leased_until = null where channel_group = $1 and member = $2 and partition = any($3)`,
      [group, member, partitions],
    );
  }

  async leave(): Promise<void> {
    const { database, group, member } = this.options;
    await database.query(
      `with left_behind as (
         update channel_cursor set member = null, leased_until = null where channel_group = $1 and member = $2
       )
       delete from channel_member where channel_group = $1 and member = $2`,
      [group, member],
    );
  }
}
