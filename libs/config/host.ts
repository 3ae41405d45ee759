import { isIP } from 'node:net';

/** Whether a text can be a HOST: an address, or a name without scheme, port or brackets. */
export const isHost = (text: string): boolean => isIP(text) !== 0 || /^[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_.])?$/.test(text);

/** Whether listening failed because of the host, whatever the port. */
export const isForeignHost = ({ code = '' }: NodeJS.ErrnoException): boolean =>
  ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAFNOSUPPORT', 'EINVAL'].includes(code) || code.startsWith('EAI_');
