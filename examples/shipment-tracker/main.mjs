import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { page } from './page.mjs';
import { Roundtrip } from './roundtrip.mjs';
import { TrackedFacts } from './tracked-facts.mjs';

const {
  ROUNDTRIP_URL = 'http://127.0.0.1:3000',
  ROUNDTRIP_API_KEY,
  HOST = '127.0.0.1',
  PORT = '4000',
  TRACKER_URL,
  TRACKER_FILE = 'shipments.json',
  CATCH_UP_EVERY_MS = '60000',
} = process.env;

/** Hooks are far smaller; who sends more is somebody else. */
const MAX_BODY = 256 * 1024;
const RETRY_MS = 2_000;

const facts = new TrackedFacts(TRACKER_FILE);
const roundtrip = new Roundtrip(ROUNDTRIP_URL, ROUNDTRIP_API_KEY);

const server = createServer((request, response) => void serve(request, response));

async function serve(request, response) {
  const {
    status,
    type = 'text/plain',
    body = '',
  } = await answer(request).catch((error) => {
    console.error('shipment tracker:', error.message);
    return { status: 500 }; // it will be sent again
  });
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

async function answer(request) {
  const { pathname } = new URL(request.url, 'http://tracker');
  switch (`${request.method} ${pathname}`) {
    case 'POST /hook':
      return receive(request);
    case 'GET /shipments':
      return { status: 200, type: 'application/json', body: JSON.stringify({ items: facts.facts, counts: facts.counts }) };
    case 'GET /healthz':
      return { status: facts.hook ? 200 : 503, body: facts.hook ? 'ok' : 'no hook yet' };
    case 'GET /':
      return { status: 200, type: 'text/html', body: page(facts.facts) };
    default:
      return { status: 404 };
  }
}

/** A hook: believed only if it is signed, answered only when it is on disk. */
async function receive(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) return { status: 413 };
    chunks.push(chunk);
  }
  if (!facts.hook) return { status: 503 };
  const body = Buffer.concat(chunks).toString('utf8');
  let event;
  try {
    event = new Webhook(facts.hook.secret).verify(body, request.headers); // over the bytes as they came
  } catch {
    return { status: 401, body: 'not signed by our hook' };
  }
  await facts.takePushed(event);
  return { status: 204 };
}

/** Reads what has come since the last page: all that hooks did not bring, whyever. */
async function catchUp() {
  for (;;) {
    const before = facts.cursor;
    const answered = await roundtrip.eventsAfter(before);
    if ('lost' in answered) {
      console.error(`shipment tracker: events after ${before} are not kept any more; going on from ${answered.lost}`);
      await facts.skipTo(answered.lost);
      continue;
    }
    await facts.takePolled(answered);
    if (answered.next === before) return;
  }
}

async function subscribe() {
  const target = `${TRACKER_URL ?? `http://${HOST}:${server.address().port}`}/hook`;
  if (facts.hook && (await roundtrip.keepHook(facts.hook, target))) return;
  const asked = facts.asked?.target === target ? facts.asked : { target, key: randomUUID() };
  await facts.rememberHook(null, asked); // first the key and then the hook: a crash in between leaves no second one
  await facts.rememberHook(await roundtrip.newHook(target, asked.key), null);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function follow() {
  // The hook first: what happens from now on is pushed, and what happened before is polled, so nothing falls in between.
  let ready = false;
  for (;;) {
    try {
      if (!ready) await subscribe();
      await catchUp();
      if (!ready) console.log('shipment tracker: ready');
      ready = true;
      await pause(Number(CATCH_UP_EVERY_MS));
    } catch (error) {
      console.error(`shipment tracker: ${error.message}; trying again`);
      await pause(RETRY_MS);
    }
  }
}

server.on('error', (error) => {
  console.error(`shipment tracker: it cannot listen on ${HOST}:${PORT} (${error.code}); PORT moves it`);
  process.exit(1);
});
server.listen(Number(PORT), HOST, () => {
  console.log(`shipment tracker: http://${HOST}:${server.address().port}`);
  void follow();
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
