import type { LedgerEntry } from '../../contracts/customer/credit.resource.js';
import { Prisma, type PrismaClient } from '../../generated/customer/client.js';
import type { CommandContext } from '../../libs/participant/command-context.js';
import { ConcurrencyConflictError } from '../../libs/participant/concurrency-conflict.error.js';
import { appendEvent } from '../../libs/participant/outbox.js';
import { Refusal } from '../../libs/participant/refusal.js';
import { type CreditAccount, replay } from './credit-account.js';
import { creditEvent } from './credit-event.js';

export type CustomerTransaction = Prisma.TransactionClient;
type Reader = Pick<PrismaClient, '$queryRaw'>;

/** The number of entries between two snapshots. Reading an account reads at most this many entries. */
const SNAPSHOT_INTERVAL = 100;

/** How often a command decides again inside its transaction. */
const MAX_LOST_RACES = 5;

/** An entry without its sequence and its time, which the ledger adds. */
export type NewEntry = Pick<LedgerEntry, 'kind' | 'amount' | 'orderId'> & { changeId?: string };
type Decision = (account: CreditAccount | null) => NewEntry | Refusal | Promise<Refusal>;

interface EntryRow extends Omit<LedgerEntry, 'amount'> {
  amount: bigint;
  currency: string;
}
interface SnapshotRow extends Omit<CreditAccount, 'limit' | 'reserved'> {
  limit: bigint;
  reserved: bigint;
  currency: string;
}

/** RFC 3339 with microseconds: a JavaScript Date has milliseconds only, and two entries could be equal. */
const occurredAt = Prisma.sql`to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "occurredAt"`;
const entryColumns = Prisma.sql`customer_id as "customerId", sequence, kind, amount, currency, order_id as "orderId", ${occurredAt}`;

/**
 * The account after its entries up to `at` (inclusive; default now), or null if it was not open then. Reads the newest snapshot and the
 * entries after it, however long the ledger is.
 */
export async function readAccount(reader: Reader, customerId: string, at = 'infinity'): Promise<CreditAccount | null> {
  const [snapshot] = await reader.$queryRaw<SnapshotRow[]>`
    select customer_id as "customerId", sequence, currency, credit_limit as "limit", reserved, blocked, ${occurredAt}
    from ledger_snapshot where customer_id = ${customerId} and occurred_at <= ${at}::timestamptz order by sequence desc limit 1`;
  const rows = await reader.$queryRaw<EntryRow[]>`
    select ${entryColumns} from ledger_entry
    where customer_id = ${customerId} and occurred_at > ${snapshot?.occurredAt ?? '-infinity'}::timestamptz and occurred_at <= ${at}::timestamptz
    order by occurred_at`;
  return replay(snapshot ? accountOf(snapshot) : null, rows.map(entryOf));
}

/** The entries of an account after a sequence, in their order. */
export async function readEntries(reader: Reader, customerId: string, after: number, limit: number): Promise<LedgerEntry[]> {
  const rows = await reader.$queryRaw<EntryRow[]>`
    select ${entryColumns} from ledger_entry where customer_id = ${customerId} and sequence > ${after}::bigint order by sequence limit ${limit}`;
  return rows.map(entryOf);
}

/** The entries of an order, in their order. */
export async function readEntriesOfOrder(reader: Reader, orderId: string): Promise<LedgerEntry[]> {
  const rows = await reader.$queryRaw<EntryRow[]>`
    select ${entryColumns} from ledger_entry where order_id = ${orderId} order by sequence`;
  return rows.map(entryOf);
}

/** The amount that a change has added to the order's reservation, in minor units; 0 if the change has not arrived, or was restored. */
export async function addedByChange(reader: Reader, orderId: string, changeId: string): Promise<number> {
  const [row] = await reader.$queryRaw<{ added: bigint }[]>`
    select coalesce(sum(amount), 0)::bigint as added from ledger_entry where order_id = ${orderId} and change_id = ${changeId}`;
  return Number(row!.added);
}

/**
 * Adds the entry that `decide` derives from the current account, with its event, and with a snapshot when one is due.
 *
 * Optimistic: the first try takes no lock. A command that loses the race for a sequence takes an advisory lock and decides again on the
 * new account. The lock keeps a busy account fair.
 *
 * @param decide gets null for an account that is not open. It may be called again.
 * @returns the refusal, if `decide` has refused.
 * @throws ConcurrencyConflictError when the race was lost too often. Then the whole command must be retried.
 */
export async function appendEntry(
  tx: CustomerTransaction,
  customerId: string,
  decide: Decision,
  context: CommandContext,
): Promise<Refusal | undefined> {
  for (let lostRaces = 0; lostRaces <= MAX_LOST_RACES; lostRaces++) {
    if (lostRaces === 1)
      await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`customer.ledger:${customerId}`}, 0))`;
    const account = await readAccount(tx, customerId);
    const decision = await decide(account);
    if (decision instanceof Refusal) return decision;
    if (await tryAppend(tx, customerId, account, decision, context)) return undefined;
  }
  throw new ConcurrencyConflictError(`the ledger of ${customerId} has gone on each time that an entry was to be added`);
}

/**
 * Adds the entry that follows `account`. Its time is the clock's, and always later than that of the entry before, also when the clock was set back.
 * @returns false, having changed nothing, when another command has added an entry since `account` was read.
 */
async function tryAppend(
  tx: CustomerTransaction,
  customerId: string,
  account: CreditAccount | null,
  { kind, amount, orderId, changeId }: NewEntry,
  context: CommandContext,
): Promise<boolean> {
  const [row] = await tx.$queryRaw<EntryRow[]>`
    insert into ledger_entry (customer_id, sequence, kind, amount, currency, order_id, change_id, occurred_at)
    values (${customerId}, ${(account?.sequence ?? 0) + 1}, ${kind}, ${amount.amount}, ${amount.currency}, ${orderId}, ${changeId ?? null},
            greatest(clock_timestamp(), ${account?.occurredAt ?? '-infinity'}::timestamptz + interval '1 microsecond'))
    on conflict do nothing returning ${entryColumns}`;
  if (!row) return false;

  const entry = entryOf(row);
  const after = replay(account, [entry])!;
  if (after.sequence % SNAPSHOT_INTERVAL === 0) await saveSnapshot(tx, after);
  await appendEvent(tx, creditEvent(entry, after), context);
  return true;
}

async function saveSnapshot(tx: CustomerTransaction, account: CreditAccount): Promise<void> {
  await tx.$executeRaw`
    insert into ledger_snapshot (customer_id, sequence, currency, credit_limit, reserved, blocked, occurred_at)
    values (${account.customerId}, ${account.sequence}, ${account.limit.currency}, ${account.limit.amount}, ${account.reserved.amount},
            ${account.blocked}, ${account.occurredAt}::timestamptz)`;
}

function entryOf({ amount, currency, ...row }: EntryRow): LedgerEntry {
  return { ...row, amount: { amount: Number(amount), currency } };
}

function accountOf({ limit, reserved, currency, ...row }: SnapshotRow): CreditAccount {
  return { ...row, limit: { amount: Number(limit), currency }, reserved: { amount: Number(reserved), currency } };
}
