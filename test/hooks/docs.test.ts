import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../contracts/event/cloud-event.js';
import { HooksHarness, ManualClock } from './hooks.harness.js';

type Receive = (secret: string, handle: (event: CloudEvent) => Promise<void>) => Server;

// Inside the project, so that the example finds the package it imports.
const folder = path.resolve('.roundtrip', `docs-example-${process.pid}`);
let receive: Receive;
let harness: HooksHarness;
beforeAll(async () => {
  const [, example] = /<!-- receiver -->\n\n```js\n([\s\S]*?)```/.exec(readFileSync('docs/hooks.md', 'utf8'))!;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'receiver.mjs'), example!);
  ({ receive } = (await import(pathToFileURL(path.join(folder, 'receiver.mjs')).href)) as { receive: Receive });
  harness = await HooksHarness.open({ clock: new ManualClock(Date.now()) });
});
afterAll(async () => {
  await harness.close();
  rmSync(folder, { recursive: true });
});

describe('the receiver of docs/hooks.md', () => {
  it('takes our deliveries once, and refuses those of another sender', async () => {
    const handled: string[] = [];
    const servers: Server[] = [];
    const listen = async (secret: string, port = 0): Promise<number> => {
      const server = receive(secret, async ({ id }) => void handled.push(id));
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    };
    const stranger = await listen('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const hook = await harness.hook({ url: `http://127.0.0.1:${stranger}/` });
    const [id] = await harness.log({ type: 'order.placed', aggregateId: 'ORDER-DOCS', aggregateVersion: 1 });
    await harness.run();
    expect(handled).toEqual([]);
    expect(await harness.deliveriesOf(hook.hookId)).toMatchObject([{ lastStatus: 401 }]);

    const port = await listen(hook.secret);
    await harness.endpoints.change(hook.hookId, { url: `http://127.0.0.1:${port}/` });
    (harness.clock as ManualClock).forward(5);
    await harness.run();
    const [delivery] = await harness.deliveriesOf(hook.hookId);
    expect(delivery).toMatchObject({ state: 'succeeded', lastStatus: 204 });
    await harness.deliveries.redeliver(hook.hookId, delivery!.deliveryId, { fingerprint: '' });
    await harness.run();
    expect(handled).toEqual([id]);
    for (const server of servers) server.close();
  });
});
