import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandKeys } from '../../apps/hooks/endpoints/command-keys.js';
import { EndpointSecrets } from '../../apps/hooks/endpoints/endpoint-secrets.js';
import { KeyRotation } from '../../apps/hooks/endpoints/key-rotation.js';
import { SecretBox } from '../../apps/hooks/endpoints/secret-box.js';
import { HooksBed } from './hooks.harness.js';

let bed: HooksBed;
beforeAll(async () => {
  bed = await HooksBed.open();
});
afterAll(() => bed.close());

describe('HOOKS_SECRET_KEY', () => {
  it('changes in the background, in batches, and the old key is not needed any more when that is said', async () => {
    const hook = await bed.hook({ url: 'https://receiver.example/' });
    const command = { key: 'rotate-1', fingerprint: 'rotate' };
    const { secret } = await bed.endpoints.rotateSecret(hook.hookId, {}, command);
    await bed.admin.query(
      `insert into hooks.endpoint_secret (hook_id, key_id, ciphertext, created_at)
       select hook_id, key_id, ciphertext, created_at from hooks.endpoint_secret cross join generate_series(1, 99)`,
    );
    const fresh = randomBytes(32).toString('base64');
    const said: string[] = [];
    const withOld = new KeyRotation(bed.database, new SecretBox(fresh, bed.secretKey), (text) => said.push(text));
    const without = new KeyRotation(bed.database, new SecretBox(fresh), () => {});
    await expect(without.requireKeys()).rejects.toThrow(/nor in HOOKS_OLD_SECRET_KEYS .* hooks_old_key_secrets is 0/);
    await withOld.requireKeys();
    expect(await withOld.left()).toBe(201);
    expect(await withOld.step(), 'a first batch').toBe(true);
    expect(await withOld.left(), 'of secrets, and the one answer').toBe(100);
    await expect(without.requireKeys()).rejects.toThrow('HOOKS_OLD_SECRET_KEYS');
    while (await withOld.step());
    await withOld.step();
    expect(await withOld.left()).toBe(0);
    expect(said).toEqual([expect.stringContaining('empty HOOKS_OLD_SECRET_KEYS')]);

    await without.requireKeys();
    const box = new SecretBox(fresh);
    const live = (await new EndpointSecrets(box).live(bed.database, [hook.hookId], bed.clock.now())).get(hook.hookId);
    expect(live).toEqual(expect.arrayContaining([secret, hook.secret]));
    const again = new CommandKeys(bed.database, box).once(command, bed.clock.now(), async () => 'not the first answer');
    expect(await again).toMatchObject({ secret });
  });

  it('changes for what can be read, whatever else is there, and says what is left', async () => {
    const [hook, key] = [await bed.hook({ url: 'https://receiver.example/' }), randomBytes(32).toString('base64')];
    await bed.admin.query(`update hooks.endpoint_secret set ciphertext = '\\x00' || ciphertext where hook_id = $1`, [
      hook.hookId,
    ]);
    await bed.hook({ url: `https://receiver.example/${randomUUID()}` });
    const said: string[] = [];
    const rotation = new KeyRotation(bed.database, new SecretBox(key, bed.secretKey), (text) => said.push(text));
    while (await rotation.step());
    await rotation.step();
    expect(await rotation.left()).toBe(1);
    expect(said).toEqual([expect.stringMatching(/^1 rows .* cannot be decrypted/)]);
  });
});
