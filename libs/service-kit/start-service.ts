import 'reflect-metadata';
import { type INestApplication, type Type, type DynamicModule } from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { RoutingTable } from './allowed-methods.js';
import { answerUnreadable } from './answer-unreadable.js';
import { endConnectionsOnClose } from './end-connections.js';
import { httpMetrics } from './http-metrics.js';
import { NestLogService } from './nest-log.service.js';
import { isForeignHost } from '../config/host.js';
import { readTargetsInOriginForm, requireOriginForm } from './origin-form.js';
import type { ProblemException } from './problem.exception.js';
import { ProblemFilter } from './problem.filter.js';
import { requireJson } from './require-json.js';
import { validationPipe } from './validation.pipe.js';

/** Express middleware, as far as it is used here. */
export type Middleware = (
  request: IncomingMessage & { path: string; app: RoutingTable },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

export interface ServiceOptions {
  module: Type | DynamicModule;
  log: Logger;
  host: string;
  port: number;
  /** The largest JSON body taken, in body-parser's notation; above it the answer is 413. */
  bodyLimit?: string;
  /** Turns errors of the service's own libraries (a database that is away) into problems; others become a plain 500. */
  translate?: (exception: unknown) => ProblemException | undefined;
  /** Sees each request before its body is read. */
  middleware?: Middleware;
  /** Runs before the service listens, e.g. to add its OpenAPI document. */
  configure?: (app: INestApplication) => void;
}

/**
 * Starts an HTTP service with everything that each of ours has: problem documents, schema validation, security headers, request
 * log, metrics, an orderly end on SIGTERM. Resolves when it listens.
 */
export async function startService(options: ServiceOptions): Promise<NestExpressApplication> {
  const { log } = options;
  const app = await NestFactory.create<NestExpressApplication>(options.module, {
    logger: new NestLogService(log),
    bodyParser: false,
    abortOnError: false,
    return503OnClosing: true,
  });
  endConnectionsOnClose(app.getHttpServer());
  readTargetsInOriginForm(app.getHttpServer());
  app.use(
    pinoHttp({
      logger: log,
      customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'warn' : 'debug'),
    }),
  );
  app.use(httpMetrics());
  app.use(
    helmet({
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null, scriptSrc: ["'self'", "'unsafe-inline'"] } },
      hsts: false,
    }),
  );
  app.use(requireOriginForm());
  if (options.middleware) app.use(options.middleware);
  app.use(requireJson());
  app.useBodyParser('json', { limit: options.bodyLimit ?? '100kb', strict: false });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(app.get(HttpAdapterHost), options.translate));
  app.enableShutdownHooks();
  options.configure?.(app);
  await app.listen(options.port, options.host).catch((error: Error) => {
    if (!isForeignHost(error)) throw error;
    throw new Error(
      `HOST: nothing can listen on ${options.host}, because it is not an address of this machine. Name one that is.`,
      {
        cause: error,
      },
    );
  });

  // A caller's pooled connection must never be closed by us just as it is used again: that would look like a lost answer.
  const server = app.getHttpServer();
  server.on('clientError', answerUnreadable);
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 80_000;
  log.info({ host: options.host, port: options.port }, 'listening');
  return app;
}
