import type { IncomingMessage } from 'node:http';

/** Header by which the gateway says on whose behalf it reads events. Between our own processes only: a caller's own is not passed on. */
export const READER_HEADER = 'roundtrip-reader';

/** Who reads: as the gateway says, else the address that the request came from. */
export const readerOf = ({ headers, socket }: IncomingMessage): string =>
  String(headers[READER_HEADER] ?? socket.remoteAddress ?? '');
