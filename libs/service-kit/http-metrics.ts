import type { IncomingMessage, ServerResponse } from 'node:http';
import { collectDefaultMetrics, Histogram, register } from 'prom-client';

let histogram: Histogram<'method' | 'route' | 'status'> | undefined;

/** Express middleware: how long each request took, by route pattern (never by the concrete path, which has ids in it). */
export function httpMetrics(): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  if (!histogram) {
    collectDefaultMetrics();
    histogram = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to answer a request',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [register],
    });
  }
  const observed = histogram;
  return (request, response, next) => {
    const startedAt = process.hrtime.bigint();
    response.once('finish', () => {
      const route = (request as { route?: { path?: unknown } }).route?.path;
      observed.observe(
        {
          method: request.method ?? '',
          route: typeof route === 'string' ? route : 'unmatched',
          status: String(response.statusCode),
        },
        Number(process.hrtime.bigint() - startedAt) / 1e9,
      );
    });
    next();
  };
}
