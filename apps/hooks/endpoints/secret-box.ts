import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealed {
  keyId: string;
  ciphertext: Buffer;
}

/**
 * Encrypts secrets at rest with AES-256-GCM. One key encrypts; old keys still decrypt. The owner is authenticated with the
 * secret, so a secret cannot be moved to another owner.
 */
export class SecretBox {
  private readonly keys: ReadonlyMap<string, Buffer>;
  readonly currentKeyId: string;
  /** The ids of the keys that only decrypt. */
  readonly oldKeyIds: readonly string[];

  /**
   * @param key `HOOKS_SECRET_KEY`: 32 bytes in base64.
   * @param oldKeys `HOOKS_OLD_SECRET_KEYS`: such keys, separated by commas; empty for none.
   * @throws Error naming the invalid key.
   */
  constructor(key: string, oldKeys = '') {
    if (key.includes(','))
      throw new Error('HOOKS_SECRET_KEY takes one key. Put older keys into HOOKS_OLD_SECRET_KEYS, separated by commas.');
    const current = parseKey(key, 'HOOKS_SECRET_KEY');
    const old = oldKeys
      .split(',')
      .filter((text) => text.trim() !== '')
      .map((text, index) => parseKey(text, `Key ${index + 1} of HOOKS_OLD_SECRET_KEYS`));
    this.keys = new Map([...old, current].map((one) => [keyIdOf(one), one]));
    this.currentKeyId = keyIdOf(current);
    this.oldKeyIds = [...this.keys.keys()].filter((keyId) => keyId !== this.currentKeyId);
  }

  /** Whether it can decrypt secrets of that key. */
  hasKey(keyId: string): boolean {
    return this.keys.has(keyId);
  }

  seal(text: string, owner: string): Sealed {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.currentKeyId)!, nonce).setAAD(Buffer.from(owner));
    const ciphertext = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return { keyId: this.currentKeyId, ciphertext };
  }

  /** @throws Error when the key is missing, or the secret was changed or has another owner. */
  open({ keyId, ciphertext }: Sealed, owner: string): string {
    const key = this.keys.get(keyId);
    if (!key)
      throw new Error(
        `A secret of ${owner} was encrypted with the key ${keyId}, which is neither HOOKS_SECRET_KEY nor in HOOKS_OLD_SECRET_KEYS.`,
      );
    const decipher = createDecipheriv('aes-256-gcm', key, ciphertext.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(owner))
      .setAuthTag(ciphertext.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(ciphertext.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }
}

function parseKey(text: string, name: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${name} is not base64 of ${KEY_BYTES} bytes (openssl rand -base64 32).`);
  return key;
}

const keyIdOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 16);
