import type { Money } from '../../contracts/values/money.js';
import type { Transaction } from '../participant/transaction.js';
import type { Claim } from './claim.js';

/** The availability for claims at this moment. Nothing is locked, so it may change at once. */
export interface Availability {
  /** The price of a unit for a day, by resource. Unknown resources are absent. */
  rates: Map<string, Money>;
  /** The claims that exceed the free units. */
  short: (Claim & { free: number; capacity: number })[];
}

export async function availabilityOf(tx: Transaction, claims: readonly Claim[]): Promise<Availability> {
  const rows = await tx.$queryRaw<
    { resource: string; day: string; units: number; price: bigint; currency: string; capacity: number; taken: number }[]
  >`select resource_id as resource, claim.day::text, claim.units, price, currency,
           coalesce(allotment.capacity, resource.capacity) as capacity, coalesce(taken, 0) as taken
    from jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) as claim (resource text, day date, units int)
    join resource on resource_id = claim.resource
    left join allotment using (resource_id, day)
    order by claim.day, resource_id`;
  return {
    rates: new Map(rows.map(({ resource, price, currency }) => [resource, { amount: Number(price), currency }])),
    short: rows.flatMap(({ resource, day, units, capacity, taken }) =>
      taken + units > capacity ? [{ resource, day, units, capacity, free: capacity - taken }] : [],
    ),
  };
}

/**
 * Takes the claimed units. Rows are created, locked and changed in one order, so concurrent claims never deadlock.
 *
 * @returns whether there was enough for every claim. If not, part of them is taken nevertheless: roll back.
 */
export async function takeUnits(tx: Transaction, claims: readonly Claim[]): Promise<boolean> {
  const taken = await tx.$executeRaw`
    insert into allotment as allotted (resource_id, day, capacity, taken)
    select resource_id, claim.day, coalesce(allotment.capacity, resource.capacity), claim.units
    from jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) as claim (resource text, day date, units int)
    join resource on resource_id = claim.resource
    left join allotment using (resource_id, day)
    order by resource_id, claim.day
    on conflict (resource_id, day) do update set taken = allotted.taken + excluded.taken
    where allotted.taken + excluded.taken <= allotted.capacity`;
  return taken === claims.length;
}

/** Locks the rows of claims in the order of `takeUnits`, before some units are returned and others are taken. */
export async function lockUnits(tx: Transaction, claims: readonly Claim[]): Promise<void> {
  await takeUnits(
    tx,
    claims.map((claim) => ({ ...claim, units: 0 })),
  );
}

/** Returns taken units. Locks in the same order. */
export async function returnUnits(tx: Transaction, claims: readonly Claim[]): Promise<void> {
  await tx.$executeRaw`
    with given as (
      select resource_id, allotment.day, claim.units
      from jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) as claim (resource text, day date, units int)
      join allotment on resource_id = claim.resource and allotment.day = claim.day
      order by resource_id, allotment.day
      for update of allotment
    )
    update allotment set taken = taken - given.units from given
    where allotment.resource_id = given.resource_id and allotment.day = given.day`;
}
