/** A hook would have been sent to where hooks must not go; nothing was sent and no connection opened. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError';
  readonly code = 'HOOK_ADDRESS_BLOCKED';
  constructor(host: string, protocol: string) {
    super(
      protocol === 'https:'
        ? `${host} is not, or does not resolve to, public addresses only.`
        : `${host} over ${protocol.replace(':', '')}: a hook needs HTTPS.`,
    );
  }
}
