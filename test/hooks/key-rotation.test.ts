import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdempotencyKeys } from '../../apps/hooks/endpoints/idempotency-keys.js';
import { EndpointSecrets } from '../../apps/hooks/endpoints/endpoint-secrets.js';
import { KeyRotation } from '../../apps/hooks/endpoints/key-rotation.js';
import { SecretBox } from '../../apps/hooks/endpoints/secret-box.js';
import { HooksHarness } from './hooks.harness.js';

let harness: HooksHarness;
beforeAll(async () => {
  harness = await HooksHarness.open();
});
afterAll(() => harness.close());

describe('HOOKS_SECRET_KEY', () => {
  it('changes in the background, in batches, and the old key is not needed any more when that is said', async () => {
    const hook = await harness.hook({ url: 'https://receiver.example/' });
    const command = { key: 'rotate-1', fingerprint: 'rotate' };
    const { secret } = await harness.endpoints.rotateSecret(hook.hookId, {}, command);
    await harness.admin.query(
      `insert into hooks.endpoint_secret (hook_id, key_id, ciphertext, created_at)
       select hook_id, key_id, ciphertext, created_at from hooks.endpoint_secret cross join generate_series(1, 99)`,
    );
    const fresh = randomBytes(32).toString('base64');
    const logLines: string[] = [];
    const withOld = new KeyRotation(harness.database, new SecretBox(fresh, harness.secretKey), (text) => logLines.push(text));
    const without = new KeyRotation(harness.database, new SecretBox(fresh), () => {});
    await expect(without.requireKeys()).rejects.toThrow(/nor in HOOKS_OLD_SECRET_KEYS .* hooks_old_key_secrets is 0/);
    await withOld.requireKeys();
    expect(await withOld.remaining()).toBe(201);
    expect(await withOld.step(), 'a first batch').toBe(true);
    expect(await withOld.remaining(), 'of secrets, and the one answer').toBe(100);
    await expect(without.requireKeys()).rejects.toThrow('HOOKS_OLD_SECRET_KEYS');
    while (await withOld.step());
    await withOld.step();
    expect(await withOld.remaining()).toBe(0);
    expect(logLines).toEqual([expect.stringContaining('Empty HOOKS_OLD_SECRET_KEYS')]);

    await without.requireKeys();
    const box = new SecretBox(fresh);
    const live = (await new EndpointSecrets(box).live(harness.database, [hook.hookId], harness.clock.now())).get(hook.hookId);
    expect(live).toEqual(expect.arrayContaining([secret, hook.secret]));
    const again = new IdempotencyKeys(harness.database, box).once(
      command,
      harness.clock.now(),
      async () => 'not the first answer',
    );
    expect(await again).toMatchObject({ secret });
  });

  it('changes for every readable secret, and counts the unreadable ones', async () => {
    const [hook, key] = [await harness.hook({ url: 'https://receiver.example/' }), randomBytes(32).toString('base64')];
    await harness.admin.query(`update hooks.endpoint_secret set ciphertext = '\\x00' || ciphertext where hook_id = $1`, [
      hook.hookId,
    ]);
    await harness.hook({ url: `https://receiver.example/${randomUUID()}` });
    const logLines: string[] = [];
    const rotation = new KeyRotation(harness.database, new SecretBox(key, harness.secretKey), (text) => logLines.push(text));
    while (await rotation.step());
    await rotation.step();
    expect(await rotation.remaining()).toBe(1);
    expect(logLines).toEqual([expect.stringMatching(/^1 rows .* cannot be decrypted/)]);
  });
});
