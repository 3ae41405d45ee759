import type { IncomingMessage } from 'node:http';

/** Header by which the gateway says on whose behalf it reads events. Between our own processes only: a caller's own is not passed on. */
export const READER_HEADER = 'roundtrip-reader';

/** The reader's identity from the gateway, else the client's address. */
export const readerOf = ({ headers, socket }: IncomingMessage): string =>
  String(headers[READER_HEADER] ?? socket.remoteAddress ?? '');
