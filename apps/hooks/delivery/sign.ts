import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/**
 * The `webhook-signature` of Standard Webhooks: one signature for each secret, in the same order, over the bytes that are sent.
 *
 * @param secrets as their owners know them: `whsec_` and base64.
 */
export function signatureOf(secrets: readonly string[], webhookId: string, timestamp: number, body: string): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${webhookId}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}
