import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import type { DestinationStream } from 'pino';
import { AppModule } from './app.module';
import { ReadyReplies } from './features/availability/ready/ready-replies.service';
import { OriginsService } from './features/companies/origins.service';
import { registerRequestMetrics } from './features/operations/request-metrics';
import type { AppConfig } from './foundation/config/app-config';
import { configureHttpServer, createHttpAdapter } from './foundation/http/http-server';
import { serveOpenApi } from './foundation/http/openapi';
import { validationPipe } from './foundation/http/validation';
import { Metrics } from './foundation/metrics/metrics.service';

export interface ServiceOptions {
  /** Where log lines go; standard output by default. */
  logDestination?: DestinationStream;
}

/** Routes for machines that watch the process; everything else lives under `/api`. */
export const OUTSIDE_PREFIX = ['livez', 'readyz', 'metrics'];

/**
 * Builds the service on a migrated database, ready to listen. The caller closes it; closing drains requests in flight
 * and stops background work.
 */
export async function createService(config: AppConfig, options: ServiceOptions = {}): Promise<NestFastifyApplication> {
  const adapter = createHttpAdapter(config.trustedProxies);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, options.logDestination),
    adapter,
    { bodyParser: false, bufferLogs: true, abortOnError: false },
  );
  app.useLogger(app.get(Logger));
  const fastify = adapter.getInstance();
  app.get(ReadyReplies).register(adapter);
  configureHttpServer(fastify);
  registerRequestMetrics(fastify, app.get(Metrics));
  app.setGlobalPrefix('api', { exclude: OUTSIDE_PREFIX });
  app.useGlobalPipes(validationPipe());
  allowListedOrigins(app);
  serveOpenApi(app);
  await app.init();
  await fastify.ready();
  return app;
}

/** A preflight brings no key, so any origin that some publishable key lists may ask; the guard then checks the pair. */
function allowListedOrigins(app: NestFastifyApplication): void {
  const origins = app.get(OriginsService);
  app.enableCors({
    origin: (origin: string | undefined, done: (error: Error | null, allow: boolean) => void) => {
      if (!origin) return done(null, false);
      origins.isListed(origin).then(
        (listed) => done(null, listed),
        () => done(null, false),
      );
    },
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'authorization',
      'booking-token',
      'content-type',
      'hold-token',
      'idempotency-key',
      'if-none-match',
      'prefer',
      'x-correlation-id',
    ],
    exposedHeaders: ['etag', 'x-correlation-id', 'retry-after', 'idempotency-replayed'],
    maxAge: 600,
  });
}
