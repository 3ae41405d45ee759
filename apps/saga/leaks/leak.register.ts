import { Injectable } from '@nestjs/common';
import { Pool } from 'pg';
import { type Hold, holdKinds } from '../../../contracts/participant/hold.resource.js';
import type { Leak } from '../../../contracts/saga/leak.resource.js';
import type { Page } from '../../../contracts/values/page.js';
import { sql } from '../../../libs/database/sql.js';
import { decodeCursor, encodeCursor } from '../../../libs/service-kit/cursor.js';

/** A hold with the participant that has it. */
export interface ParticipantHold extends Hold {
  participant: string;
}

/** The owner of a hold: an order or a trip. */
export interface OwnerId {
  owner: Hold['owner'];
  id: string;
}

/** A saga of an order or a trip. */
export interface SagaOfOwner {
  ownerId: string;
  sagaId: string;
  /** Whether the saga decides about the holds instead of the sweep: it is open or lost, or an operator has skipped steps. */
  decides: boolean;
}

/** The found leaks, and the positions of the sweep. */
@Injectable()
export class LeakRegister {
  constructor(private readonly database: Pool) {}

  async position(list: string): Promise<string | undefined> {
    const { rows } = await this.database.query<{ position: string }>(
      sql`select position from sweep_position where list = ${list}`,
    );
    return rows[0]?.position;
  }

  async setPosition(list: string, position: string): Promise<void> {
    await this.database.query(
      sql`insert into sweep_position (list, position) values (${list}, ${position})
       on conflict (list) do update set position = excluded.position`,
    );
  }

  /** The owners of sagas that have ended since a position, in the order of their ends, with the next position. */
  async ended(after: string | undefined, limit: number, settledForMs: number): Promise<{ owners: OwnerId[]; next?: string }> {
    const [from, fromId] = after === undefined ? ['0001-01-01T00:00:00Z', ''] : decodeCursor(after, ['instant', 'string']);
    const { rows } = await this.database.query<{ id: string; type: string; sagaId: string; updatedAt: Date }>(
      sql`select business_id as id, type, saga_id as "sagaId", updated_at as "updatedAt" from saga
       where not open and (updated_at, saga_id) > (${from}::timestamptz, ${fromId})
         and updated_at < clock_timestamp() - ${settledForMs} * interval '1 millisecond'
       order by updated_at, saga_id limit ${limit}`,
    );
    const last = rows.at(-1);
    return {
      owners: rows.map(({ id, type }) => ({ id, owner: type.endsWith('Trip') ? 'trip' : 'order' })),
      ...(last ? { next: encodeCursor(last.updatedAt.toISOString(), last.sagaId) } : {}),
    };
  }

  /** The sagas of some orders and trips. */
  async sagasOf(ownerIds: readonly string[]): Promise<SagaOfOwner[]> {
    const { rows } = await this.database.query<SagaOfOwner>(
      sql`select business_id as "ownerId", saga_id as "sagaId",
              open or lost is not null or recorded_state = 'INCOMPLETE' as decides
       from saga where business_id = any(${ownerIds}) order by run_started_at`,
    );
    return rows;
  }

  /** The owners of the known leaks that were checked least recently. */
  async oldest(limit: number): Promise<OwnerId[]> {
    const { rows } = await this.database.query<OwnerId>(
      sql`select distinct owner, owner_id as id
       from (select owner, owner_id from leak order by checked_at limit ${limit}) oldest`,
    );
    return rows;
  }

  /** Replaces the leaks of some owners, except those of unavailable participants. */
  async replace(
    owners: readonly OwnerId[],
    leaks: readonly (ParticipantHold & { sagaId: string })[],
    unavailable: readonly string[],
  ): Promise<void> {
    await this.database.query(
      sql`with given as (
         select * from json_to_recordset(${JSON.stringify(leaks)})
           as leak (participant text, kind text, id text, owner text, "ownerId" text, "sagaId" text, "heldSince" timestamptz)
       ), gone as (
         delete from leak l using unnest(${owners.map(({ id }) => id)}::text[]) as checked (owner_id)
         where l.owner_id = checked.owner_id and l.participant <> all(${unavailable}::text[])
           and not exists (select from given g where (g.participant, g.kind, g.id) = (l.participant, l.kind, l.id))
       )
       insert into leak (participant, kind, id, owner, owner_id, saga_id, held_since)
       select participant, kind, id, owner, "ownerId", "sagaId", "heldSince" from given
       on conflict (participant, kind, id) do update set checked_at = clock_timestamp(), saga_id = excluded.saga_id`,
    );
  }

  /** By participant, kind and id. */
  async list({ limit, after }: { limit: number; after?: string | undefined }): Promise<Page<Leak>> {
    const [participant, kind, id] = after === undefined ? ['', '', ''] : decodeCursor(after, ['string', holdKinds, 'string']);
    const { rows } = await this.database.query<Omit<Leak, 'heldSince'> & { heldSince: Date }>(
      sql`select participant, kind, id, saga_id as "sagaId", held_since as "heldSince" from leak
       where (participant, kind, id) > (${participant}, ${kind}, ${id}) order by participant, kind, id limit ${limit + 1}`,
    );
    const items = rows.slice(0, limit).map(({ heldSince, ...leak }) => ({ ...leak, heldSince: heldSince.toISOString() }));
    const last = items.at(-1);
    return { items, next: rows.length > limit && last ? encodeCursor(last.participant, last.kind, last.id) : null };
  }

  /** How many leaks each participant has. Participants without a leak are left out. */
  async counts(): Promise<Map<string, number>> {
    const { rows } = await this.database.query<{ participant: string; count: number }>(
      sql`select participant, count(*)::int as count from leak group by participant`,
    );
    return new Map(rows.map(({ participant, count }) => [participant, count]));
  }
}
