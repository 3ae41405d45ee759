import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretBox } from './secret-box.js';

const key = () => randomBytes(32).toString('base64');

describe('SecretBox', () => {
  it('decrypts what it has encrypted, and the ciphertext reveals nothing', () => {
    const box = new SecretBox(key());
    const sealed = box.seal('whsec_of-the-hook', 'hook-1');
    expect(sealed.ciphertext.toString('latin1')).not.toContain('whsec');
    expect(box.open(sealed, 'hook-1')).toBe('whsec_of-the-hook');
    expect(box.seal('whsec_of-the-hook', 'hook-1').ciphertext).not.toEqual(sealed.ciphertext);
  });

  it('does not decrypt a secret of another owner, nor a changed one', () => {
    const box = new SecretBox(key());
    const sealed = box.seal('secret', 'hook-1');
    expect(() => box.open(sealed, 'hook-2')).toThrow('unable to authenticate data');
    sealed.ciphertext[12]! ^= 1;
    expect(() => box.open(sealed, 'hook-1')).toThrow('unable to authenticate data');
  });

  it('still decrypts with an old key, and encrypts with the new one', () => {
    const [old, fresh] = [key(), key()];
    const sealed = new SecretBox(old).seal('secret', 'hook-1');
    const both = new SecretBox(fresh, old);
    expect(both.open(sealed, 'hook-1')).toBe('secret');
    expect(both.seal('secret', 'hook-1').keyId).not.toBe(sealed.keyId);
    expect(both.oldKeyIds).toEqual([sealed.keyId]);
    expect(() => new SecretBox(fresh).open(sealed, 'hook-1')).toThrow('nor in HOOKS_OLD_SECRET_KEYS');
    expect(new SecretBox(fresh, fresh).oldKeyIds, 'the same key twice').toEqual([]);
  });

  it.each(['', 'short', randomBytes(16).toString('base64')])('refuses the key %j without repeating it', (setting) => {
    expect(() => new SecretBox(setting)).toThrow(/^HOOKS_SECRET_KEY is not base64 of 32 bytes/);
  });

  it('says which of the old keys is wrong', () => {
    expect(() => new SecretBox(key(), `${key()},short`)).toThrow(/^Key 2 of HOOKS_OLD_SECRET_KEYS is not base64 of 32 bytes/);
  });

  it('refuses several keys for encryption, and names the setting for old keys', () => {
    expect(() => new SecretBox(`${key()},${key()}`)).toThrow('HOOKS_OLD_SECRET_KEYS');
  });
});
