import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signatureOf } from './sign.js';

const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
const headersOf = (signature: string, id = 'msg_1', timestamp = Math.floor(Date.now() / 1_000)) => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': signature,
});

describe('signatureOf', () => {
  it('gives what the specification gives for its own example', () => {
    expect(
      signatureOf(
        ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        1_614_265_330,
        '{"test": 2432232314}',
      ),
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('is accepted by the public package, under each of two secrets while one follows the other', () => {
    const [fresh, old, other] = [secret(), secret(), secret()];
    const timestamp = Math.floor(Date.now() / 1_000);
    const body = '{"a":"ä€🚀"}';
    const headers = headersOf(signatureOf([fresh, old], 'msg_1', timestamp, body), 'msg_1', timestamp);
    expect(new Webhook(fresh).verify(body, headers)).toEqual({ a: 'ä€🚀' });
    expect(new Webhook(old).verify(body, headers)).toEqual({ a: 'ä€🚀' });
    expect(() => new Webhook(other).verify(body, headers)).toThrow('No matching signature');
    expect(() => new Webhook(fresh).verify(`${body} `, headers)).toThrow('No matching signature');
    expect(() => new Webhook(fresh).verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow('No matching signature');
  });
});
