import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import path from 'node:path';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MailboxServer } from '../../apps/notification/mailbox/mailbox.server.js';
import { Mailbox } from '../../apps/notification/mailbox/mailbox.service.js';
import { AddressBook } from '../../apps/notification/sending/address-book.js';
import { MailSender } from '../../apps/notification/sending/mail-sender.js';
import { MAX_ATTEMPTS } from '../../apps/notification/sending/retry-schedule.js';
import { SmtpSender } from '../../apps/notification/sending/smtp-sender.js';
import type { QueuedMail } from '../../contracts/notification/mail.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { freePort } from '../../libs/embedded/free-port.js';
import { ServiceApi } from '../../libs/service-client/service-api.js';
import { LogHarness } from '../events/log.harness.js';
import { FeedLogHarness } from '../feeds/feed-log.harness.js';
import { eventually } from '../support/api.js';
import { unreachableAddress } from '../support/gateway.harness.js';
import { system } from '../support/system.js';
import { MailServer, refusal } from './mail-server.harness.js';

const shipped = (customerId = 'CUST-ALICE') => {
  const orderId = randomUUID();
  const total = { amount: 100, currency: 'EUR' };
  return { type: 'order.shipped', subject: orderId, data: { orderId, customerId, lines: [], total } };
};

let testLog: LogHarness;
let log: FeedLogHarness;
let server: MailServer;
beforeAll(async () => {
  testLog = await LogHarness.create();
  log = new FeedLogHarness(testLog.adminUrl);
});
afterAll(async () => {
  await log.close();
  await testLog.drop();
});
beforeEach(async () => {
  server = await MailServer.start();
});
afterEach(() => server.stop());

const mails = async () =>
  (
    await testLog.admin.query<{ state: string; attempts: number; last_error: string | null }>(
      'select * from notification.mail order by position',
    )
  ).rows;

describe('a sender', () => {
  let database: Pool;
  let smtp: SmtpSender;
  let api: ServiceApi;
  let time: number;
  let sender: MailSender;
  const open = (url: string, customers = system().customerUrl) => {
    smtp = new SmtpSender(url, 'Roundtrip <no-reply@shop.example>');
    api = new ServiceApi('customer', customers);
    sender = new MailSender({
      database,
      smtp,
      addresses: new AddressBook(api, { name: 'Operations', address: 'operations@shop.example' }),
      clock: { now: () => new Date(time), random: () => 0.5 },
      retentionMs: 30 * 86_400_000,
      onError: () => {},
    });
  };
  beforeEach(async () => {
    database = servicePool(testLog.urlOf('notification'), 'notification', 5);
    await testLog.admin.query('delete from notification.mail');
    time = Date.parse('2027-01-01T00:00:00Z');
    open(server.url);
  });
  afterEach(async () => {
    smtp.close();
    await api.close();
    await database.end();
  });
  /** As the consumer notes it. */
  const note = async (customerId: string | null = 'CUST-ALICE'): Promise<string> => {
    const { type, subject, data } = shipped(customerId ?? undefined);
    const { rows } = await testLog.admin.query<{ mail_id: string }>(
      `insert into notification.mail (mail_id, type, type_version, subject, data, recipient, customer_id, position, state, next_attempt_at, created_at)
       values (gen_random_uuid(), $1, 1, $2, $3, $4, $5, 1, 'pending', $6, $6) returning mail_id`,
      [type, subject, JSON.stringify(data), customerId === null ? 'operations' : 'customer', customerId, new Date(time)],
    );
    return rows[0]!.mail_id;
  };

  it('sends a mail once, under an id that follows from the event', async () => {
    const mailId = await note();
    expect(await sender.send()).toBe(1);
    expect(await sender.send()).toBe(0);
    expect(server.read).toMatchObject([{ messageId: `<${mailId}@shop.example>`, from: 'no-reply@shop.example' }]);
    expect(await mails()).toMatchObject([{ state: 'sent', attempts: 1, last_error: null }]);
  });

  it('retries at growing intervals, gives up in the end, and starts again when an operator says so', async () => {
    server.verdict = () => refusal(451, 'come back later');
    const mailId = await note();
    const waits: number[] = [];
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
      expect(await sender.send()).toBe(1);
      expect(await sender.send(), 'not before its time').toBe(0);
      const { rows } = await testLog.admin.query<{ at: Date }>('select next_attempt_at as at from notification.mail');
      waits.push((rows[0]!.at.getTime() - time) / 1_000);
      time = rows[0]!.at.getTime();
    }
    expect(waits).toEqual([1, 5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800]);
    expect(await sender.send()).toBe(1);
    expect(await mails()).toMatchObject([{ state: 'dead', attempts: MAX_ATTEMPTS }]);
    time += 1e9;
    expect(await sender.send()).toBe(0);
    expect(new Set(server.read.map(({ messageId }) => messageId))).toEqual(new Set([`<${mailId}@shop.example>`]));
  });

  it.each([
    ['the address', () => (server.recipient = () => refusal(550, 'no such mailbox'))],
    ['the content', () => (server.verdict = () => refusal(554, 'it looks like spam'))],
  ])('gives up at once when the server refuses %s for good', async (_name, refuse) => {
    refuse();
    await note();
    await sender.send();
    expect(await mails()).toMatchObject([{ state: 'dead', attempts: 1, last_error: expect.stringMatching(/550|554/) as string }]);
  });

  it('removes old sent mails in batches, and no young mail and none that an operator must decide about', async () => {
    const insert = (state: string, ageDays: number, rows: number) =>
      testLog.admin.query(
        `insert into notification.mail (mail_id, type, type_version, subject, data, recipient, position, state, next_attempt_at, created_at, finished_at)
         select gen_random_uuid(), 'order.shipped', 1, 'O-1', '{}', 'operations', n, $1, $2, $2, $2 from generate_series(1, $3::int) n`,
        [state, new Date(time - ageDays * 86_400_000), rows],
      );
    await insert('sent', 31, 2_500);
    await insert('sent', 29, 1);
    await insert('dead', 300, 1);
    expect(await sender.sweep()).toBe(true);
    expect(await sender.sweep()).toBe(false);
    expect((await mails()).map(({ state }) => state).toSorted()).toEqual(['dead', 'sent']);
  });

  it('writes no mail for an unknown customer, and waits while the customer cannot be read', async () => {
    await note('CUST-NOBODY');
    await sender.send();
    expect(await mails()).toMatchObject([{ state: 'unaddressed', last_error: 'There is no customer CUST-NOBODY.' }]);
    expect(server.read).toEqual([]);

    await testLog.admin.query('delete from notification.mail');
    await note();
    smtp.close();
    await api.close();
    open(server.url, `http://${unreachableAddress}`);
    await sender.send();
    expect(await mails()).toMatchObject([{ state: 'pending', attempts: 1 }]);
    await api.close();
    smtp.close();
    open(server.url);
    time += 1_000;
    await sender.send();
    expect(await mails()).toMatchObject([{ state: 'sent', attempts: 2 }]);
  });

  it('does not touch a mail of another sender until its lease ends, and records nothing for a lost lease', async () => {
    await note();
    let release: () => void = () => {};
    server.verdict = () => new Promise((resolve) => (release = () => resolve(undefined)));
    const first = sender.send();
    await eventually(
      async () => server.read.length,
      (read) => read === 1,
    );
    expect(await sender.send()).toBe(0);
    time += 31_000;
    server.verdict = () => refusal(451, 'busy');
    expect(await sender.send()).toBe(1);
    const noted = await mails();
    expect(noted).toMatchObject([{ state: 'pending', attempts: 2 }]);
    release();
    await first;
    expect(await mails()).toEqual(noted);
  });

  it('hands a mail to the mail server once per attempt, also where the connection ends without an answer', async () => {
    await note();
    server.verdict = () => {
      server.disconnectAll();
      return new Promise(() => {});
    };
    expect(await sender.send()).toBe(1);
    expect(server.read).toHaveLength(1);
    expect(await mails()).toMatchObject([{ state: 'pending', attempts: 1 }]);
  });

  it('hands a mail over no more once the time of its attempt is up', async () => {
    const impatient = new MailSender({
      database,
      smtp,
      addresses: new AddressBook(api, { name: '', address: 'operations@shop.example' }),
      clock: { now: () => new Date(time), random: () => 0.5 },
      onError: () => {},
      retentionMs: 30 * 86_400_000,
      deliveryTimeoutMs: 300,
    });
    let greet: () => void = () => {};
    server.greeting = () => new Promise((resolve) => (greet = resolve));
    await note();
    expect(await impatient.send()).toBe(1);
    expect(await mails()).toMatchObject([{ state: 'pending', attempts: 1 }]);
    greet();
    server.greeting = () => Promise.resolve();
    time += 1_000;
    expect(await sender.send()).toBe(1);
    expect(server.read).toHaveLength(1);
    expect(await mails()).toMatchObject([{ state: 'sent', attempts: 2 }]);
  });

  it('sends each mail once however many senders there are', async () => {
    for (let i = 0; i < 40; i++) await note(i % 2 ? 'CUST-ALICE' : null);
    const drain = async () => {
      while ((await sender.send()) > 0);
    };
    await Promise.all([drain(), drain(), drain()]);
    expect(server.read).toHaveLength(40);
    expect(new Set(server.read.map(({ messageId }) => messageId)).size).toBe(40);
    expect(server.read.filter(({ to }) => to[0] === 'operations@shop.example')).toHaveLength(20);
  });
});

describe('the notification process', () => {
  let child: ChildProcess | undefined;
  let url: string;
  const start = async (settings: Record<string, string> = {}) => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    child = spawn(process.execPath, [path.resolve('dist/bundled/apps/notification/main.js')], {
      env: {
        DATABASE_URL: testLog.urlOf('notification'),
        CUSTOMER_URL: system().customerUrl,
        PORT: String(port),
        LOG_LEVEL: 'silent',
        SMTP_URL: server.url,
        ...settings,
      },
      stdio: 'ignore',
    });
    await eventually(
      async () => (await fetch(`${url}/readyz`)).ok,
      (ok) => ok,
    );
  };
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = new Promise((resolve) => child?.once('exit', resolve));
    child.kill(signal);
    await exit;
  };
  beforeEach(() => testLog.admin.query('delete from notification.mail'));
  afterEach(() => kill());

  it(
    'sends what it was about when it was killed, under the same Message-ID, and everything else once',
    { timeout: 180_000 },
    async () => {
      await start();
      const taken = new Set<string>();
      server.verdict = (mail) => {
        taken.add(mail.messageId);
        return new Promise(() => {}); // accepted, but the sender gets no answer
      };
      const facts = Array.from({ length: 12 }, () => shipped());
      const appended = await log.append(...facts);
      await eventually(
        async () => taken.size,
        (size) => size === 4,
      );
      await kill();
      server.verdict = () => undefined;
      // The lease of a process that is gone ends after half a minute; here at once.
      await testLog.admin.query(`update notification.mail set leased_until = now() where state = 'sending'`);
      await start();
      await eventually(mails, (rows) => rows.length === 12 && rows.every(({ state }) => state === 'sent'));
      const count = new Map<string, number>();
      for (const { messageId } of server.read) count.set(messageId, (count.get(messageId) ?? 0) + 1);
      expect([...count.keys()].toSorted()).toEqual(appended.map(({ id }) => `<${id}@roundtrip.localhost>`).toSorted());
      for (const [messageId, times] of count) expect(times, messageId).toBe(taken.has(messageId) ? 2 : 1);
    },
  );

  it('sends the other mails while the mail server does not answer about one of them', async () => {
    server.verdict = () => (server.read.length === 1 ? new Promise(() => {}) : undefined);
    // A name with the address, as people write it.
    await start({ OPERATIONS_MAIL: 'Roundtrip Operations <night-shift@shop.example>' });
    const sagaId = `create-order:${randomUUID()}`;
    const at = new Date().toISOString();
    await log.append(...Array.from({ length: 8 }, () => shipped()), {
      type: 'saga.failed',
      subject: sagaId,
      data: { sagaId, type: 'createOrder', businessId: 'O-1', customerId: null, state: 'INCOMPLETE', startedAt: at, endedAt: at },
    });
    const rows = await eventually(mails, (all) => all.filter(({ state }) => state === 'sent').length === 8);
    expect(rows.filter(({ state }) => state === 'sending')).toMatchObject([{ attempts: 1, last_error: null }]);
    expect(server.read.flatMap(({ to }) => to)).toContain('night-shift@shop.example');
  });

  it('shows dead mails, and sends them on request', async () => {
    await start();
    server.recipient = () => refusal(550, 'no such mailbox');
    const [appended] = await log.append(shipped());
    const id = appended!.id;
    const dead = await eventually(
      async () => (await (await fetch(`${url}/mails?state=dead`)).json()) as Page<QueuedMail>,
      ({ items }) => items.length === 1,
    );
    expect(dead.items).toMatchObject([
      {
        mailId: id,
        type: 'order.shipped',
        recipient: 'customer',
        attempts: 1,
        lastError: expect.stringContaining('550') as string,
      },
    ]);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('notification_mails{state="dead"} 1');

    server.recipient = () => null;
    const retry = () => fetch(`${url}/mails/${id}/retry`, { method: 'POST' });
    expect((await retry()).status).toBe(200);
    await eventually(mails, ([mail]) => mail?.state === 'sent');
    expect((await retry()).status).toBe(409);
    expect((await fetch(`${url}/mails/${randomUUID()}/retry`, { method: 'POST' })).status).toBe(404);
    expect(server.read).toHaveLength(1);
  });

  it('has a mailbox only without a mail server and outside production', async () => {
    await start();
    expect((await fetch(`${url}/mailbox`)).status).toBe(404);
    await kill();
    await start({ SMTP_URL: '', NODE_ENV: 'production' });
    expect((await fetch(`${url}/mailbox`)).status).toBe(404);
    await log.append(shipped());
    await eventually(mails, ([mail]) => mail?.state === 'pending');
    await kill('SIGTERM');
    await start();
    await eventually(mails, ([mail]) => mail?.state === 'sent');
  });
});

describe('the local mail server', () => {
  it('keeps a message once by its Message-ID, only the newest thousand, and none that is too big', async () => {
    const database = servicePool(testLog.urlOf('notification'), 'notification', 5);
    const mailbox = new Mailbox(database);
    const local = new MailboxServer(mailbox, () => {});
    const address = await local.start();
    const smtp = new SmtpSender(address, 'Roundtrip <no-reply@shop.example>');
    try {
      const mail = { to: { name: 'Alice', address: 'alice@example.com' }, subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' };
      await smtp.send({ ...mail, messageId: 'one' });
      await smtp.send({ ...mail, messageId: 'one' });
      await smtp.send({ ...mail, messageId: 'two' });
      expect((await mailbox.list({ limit: 10 })).items).toMatchObject([
        { messageId: '<two@shop.example>', copies: 1 },
        { messageId: '<one@shop.example>', copies: 2, to: ['alice@example.com'], from: 'no-reply@shop.example' },
      ]);
      await expect(smtp.send({ ...mail, messageId: 'big', text: 'x'.repeat(300_000) })).rejects.toThrow(/552|size/i);

      await database.query(
        `insert into mailbox_message (message_id, sender, recipients, subject, raw, received_at)
         select 'old-' || n, 's', '{r}', 's', '', now() - n * interval '1 minute' from generate_series(1, 1200) as n`,
      );
      await smtp.send({ ...mail, messageId: 'three' });
      const { rows } = await database.query<{ kept: number }>('select count(*)::int as kept from mailbox_message');
      expect(rows[0]!.kept).toBe(1_000);
      expect((await mailbox.list({ limit: 1 })).items).toMatchObject([{ messageId: '<three@shop.example>' }]);
    } finally {
      smtp.close();
      await local.stop();
      await database.end();
    }
  });

  it('outlives a client that says nonsense', async () => {
    const database = servicePool(testLog.urlOf('notification'), 'notification', 2);
    const local = new MailboxServer(new Mailbox(database), () => {});
    const { hostname, port } = new URL(await local.start());
    try {
      const socket = connect(Number(port), hostname);
      await new Promise((resolve) => socket.once('data', resolve));
      socket.write('NONSENSE\r\nDATA\r\n');
      const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
      expect(answer.toString()).toMatch(/^5\d\d/);
      socket.destroy();
      const smtp = new SmtpSender(`smtp://${hostname}:${port}`, 'no-reply@shop.example');
      await smtp.send({ to: { address: 'a@example.com' }, subject: 's', text: 't', html: '', messageId: 'after-nonsense' });
      smtp.close();
    } finally {
      await local.stop();
      await database.end();
    }
  });
});
