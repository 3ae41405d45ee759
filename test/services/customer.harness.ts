import { randomUUID } from 'node:crypto';
import type { ParticipantHarness } from './participant.harness.js';

interface NewAccount {
  limit: number;
  currency?: string;
  blocked?: boolean;
  openedAt?: Date;
  /** Without it the customer has no credit account. */
  open?: boolean;
}

/** A customer that no other test uses, with a credit account as onboarding would have opened it. @returns its id. */
export async function newCustomer(
  harness: ParticipantHarness,
  { limit, currency = 'EUR', blocked = false, openedAt = new Date(), open = true }: NewAccount,
): Promise<string> {
  const customerId = `CUST-TEST-${randomUUID()}`;
  await harness.asAdministrator(async (client) => {
    await client.query('begin');
    await client.query(
      `insert into customer (customer_id, name, email, state, street, postal_code, city, country, version, updated_at)
       values ($1, 'Test', 'test@example.com', $2, 'Street 1', '1000', 'Town', 'NL', 1, now())`,
      [customerId, open ? 'ACTIVE' : 'REGISTERED'],
    );
    const say = (version: number, type: string, data: object) =>
      client.query(
        `insert into outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
         values (gen_random_uuid(), $1, 1, 'customer', $2, $3, $2, $4, $5)`,
        [type, customerId, version, openedAt, JSON.stringify({ customerId, ...data })],
      );
    await say(1, 'customer.registered', { state: open ? 'ACTIVE' : 'REGISTERED' });
    const kinds = open ? (blocked ? ['OPENED', 'BLOCKED'] : ['OPENED']) : [];
    for (const [index, kind] of kinds.entries()) {
      await client.query(
        `insert into ledger_entry (customer_id, sequence, kind, amount, currency, occurred_at) values ($1, $2::int, $3, $4, $5, $6::timestamptz + $2::int * interval '1 microsecond')`,
        [customerId, index + 1, kind, kind === 'OPENED' ? limit : 0, currency, openedAt],
      );
      await say(index + 2, `customer.credit-${kind.toLowerCase()}`, {
        limit: { amount: limit, currency },
        reserved: { amount: 0, currency },
      });
    }
    await client.query('commit');
  });
  return customerId;
}
