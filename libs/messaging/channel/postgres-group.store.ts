import type { Pool } from 'pg';
import { inTransaction } from '../../database/in-transaction.js';
import { sql } from '../../database/sql.js';
import type { GroupStore, HeartbeatAnswer } from './group-store.js';

export interface PostgresGroup {
  /** As the role of the service, whose schema has the tables of `prisma/channel`. */
  database: Pool;
  group: string;
  /** UUID of this member. */
  member: string;
  leaseMs: number;
}

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
      await database.query(
        sql`update channel_cursor set position = ${position} where channel_group = ${group} and position < ${position}`,
      );
    await database.query(
      sql`insert into channel_cursor (channel_group, partition, position) select ${group}, partition, ${position}
         from generate_series(0, ${partitions} - 1) as partition
       on conflict do nothing`,
    );
  }

  heartbeat(): Promise<HeartbeatAnswer> {
    const { database, group, member, leaseMs } = this.options;
    return inTransaction(database, async (tx) => {
      // One member at a time, so that each sees the partitions of every other member.
      await tx.query(sql`select from channel_cursor where channel_group = ${group} order by partition for update`);
      await tx.query(
        sql`with gone as (
           delete from channel_member where channel_group = ${group} and member <> ${member}
             and seen_at < clock_timestamp() - ${leaseMs} * interval '1 millisecond'
         )
         insert into channel_member (channel_group, member, seen_at) values (${group}, ${member}, clock_timestamp())
         on conflict (channel_group, member) do update set seen_at = excluded.seen_at`,
      );
      const { rows } = await tx.query<{ share: number }>(
        sql`select ceil((select count(*) from channel_cursor where channel_group = ${group})::numeric /
         (select count(*) from channel_member where channel_group = ${group}))::int as share`,
      );
      const share = rows[0]!.share;
      const until = sql`clock_timestamp() + ${leaseMs} * interval '1 millisecond'`;
      await tx.query(
        sql`update channel_cursor set leased_until = ${until} where channel_group = ${group} and member = ${member}`,
      );
      await tx.query(
        sql`update channel_cursor set member = ${member}, leased_until = ${until}
         where channel_group = ${group} and partition in (
           select partition from channel_cursor
           where channel_group = ${group} and (member is null or leased_until < clock_timestamp()) order by partition
           limit greatest(0, ${share} - (select count(*) from channel_cursor where channel_group = ${group} and member = ${member}))
         )`,
      );
      const held = await tx.query<{ partition: number; position: string }>(
        sql`select partition, position from channel_cursor
         where channel_group = ${group} and member = ${member} order by partition`,
      );
      return { share, leases: held.rows.map(({ partition, position }) => ({ partition, from: Number(position) })) };
    });
  }

  async commit(settled: ReadonlyMap<number, number>): Promise<void> {
    const { database, group, member } = this.options;
    await database.query(
      sql`update channel_cursor c set position = greatest(c.position, s.position), updated_at = clock_timestamp()
       from unnest(${[...settled.keys()]}::int[], ${[...settled.values()]}::bigint[]) as s (partition, position)
       where c.channel_group = ${group} and c.member = ${member} and c.partition = s.partition`,
    );
  }

  async release(partitions: readonly number[]): Promise<void> {
    const { database, group, member } = this.options;
    await database.query(
      sql`update channel_cursor set member = null, leased_until = null
       where channel_group = ${group} and member = ${member} and partition = any(${partitions})`,
    );
  }

  async leave(): Promise<void> {
    const { database, group, member } = this.options;
    await database.query(
      sql`with left_behind as (
         update channel_cursor set member = null, leased_until = null where channel_group = ${group} and member = ${member}
       )
       delete from channel_member where channel_group = ${group} and member = ${member}`,
    );
  }
}
