// A member of a group, run by member-process.ts: says on standard output what it is given and what it has acknowledged.
import { channelSettings, openChannel } from '../../dist/libs/messaging/channel/open-channel.js';
import { readSettings } from '../../dist/libs/config/settings.js';

const { hangAfter = Infinity, workMs = 0, leaseMs, ...options } = JSON.parse(process.argv[2]);
const say = (what, eventId) => process.stdout.write(`${JSON.stringify({ what, eventId })}\n`);

const channel = await openChannel('member', readSettings(...channelSettings), { leaseMs });
let given = 0;
await channel.subscribe(options, async ({ eventId }) => {
  given += 1;
  say('given', eventId);
  if (given > hangAfter) await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
  if (workMs > 0) await new Promise((resolve) => setTimeout(resolve, workMs));
  say('acked', eventId);
});
say('subscribed');
