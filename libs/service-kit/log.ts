import { type Logger, pino } from 'pino';

/** One structured logger a process; `service` is on every line. Credentials never are. */
export function createLog(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['req.headers.authorization', 'req.headers.cookie'],
  });
}
