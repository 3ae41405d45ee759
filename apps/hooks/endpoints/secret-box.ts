import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealed {
  keyId: string;
  ciphertext: Buffer;
}

/**
 * Encrypts secrets at rest with AES-256-GCM. The first key encrypts; the others are those of before and still decrypt. What a secret belongs to
 * is authenticated with it, so that it cannot be put in another's place.
 */
export class SecretBox {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly current: string;

  /** @param setting `HOOKS_SECRET_KEY`: keys of 32 bytes in base64, the current one first, separated by commas. @throws Error naming the one that is wrong. */
  constructor(setting: string) {
    const keys = setting.split(',').map((text, index): [string, Buffer] => {
      const key = Buffer.from(text.trim(), 'base64');
      if (key.length !== KEY_BYTES)
        throw new Error(`Key ${index + 1} of HOOKS_SECRET_KEY is not base64 of ${KEY_BYTES} bytes (openssl rand -base64 32).`);
      return [createHash('sha256').update(key).digest('hex').slice(0, 16), key];
    });
    this.keys = new Map(keys);
    this.current = keys[0]![0];
  }

  /** Whether it can open what was sealed with that key. */
  holds(keyId: string): boolean {
    return this.keys.has(keyId);
  }

  seal(text: string, owner: string): Sealed {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.current)!, nonce).setAAD(Buffer.from(owner));
    const ciphertext = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return { keyId: this.current, ciphertext };
  }

  /** @throws Error when the key is not there any more, or the secret was tampered with or belongs to somebody else. */
  open({ keyId, ciphertext }: Sealed, owner: string): string {
    const key = this.keys.get(keyId);
    if (!key)
      throw new Error(`A secret of ${owner} was encrypted with the key ${keyId}, which HOOKS_SECRET_KEY does not hold any more.`);
    const decipher = createDecipheriv('aes-256-gcm', key, ciphertext.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(owner))
      .setAuthTag(ciphertext.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(ciphertext.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }
}
