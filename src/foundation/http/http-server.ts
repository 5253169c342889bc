import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { IncomingMessage } from 'node:http';
import { type FastifyInstance, LogController } from 'fastify';
import { RAW_BODY_ROUTES, registerBodyParsers } from './body-parser';
import { CORRELATION_HEADER, correlationId } from './correlation-id';

/** Cal.com's own limit; no booking comes near it. */
const BODY_BYTES_MAX = 100_000;
/** Webhooks of group bookings list every attendee. */
const WEBHOOK_BYTES_MAX = 1_000_000;
/** A client that sends its headers slower than this is broken or hostile. */
const HEADERS_TIMEOUT_MS = 5_000;
/** Time to receive a whole request; answers may take longer. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Fastify with limits: its defaults wait for ever and take 1 MiB. */
export function createHttpAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: (request: IncomingMessage) => correlationId(request.headers[CORRELATION_HEADER]),
    // nestjs-pino writes the one line of each request.
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    http: { headersTimeout: HEADERS_TIMEOUT_MS, maxHeaderSize: 16_384 },
    routerOptions: { maxParamLength: 200 },
  });
}

/** Hooks that belong to every request, whatever route it meets. */
export function configureHttpServer(fastify: FastifyInstance): void {
  registerBodyParsers(fastify);
  fastify.addHook('onRoute', (route) => {
    if (route.url.startsWith(RAW_BODY_ROUTES)) route.bodyLimit = WEBHOOK_BYTES_MAX;
  });
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header(CORRELATION_HEADER, request.id).header('x-content-type-options', 'nosniff');
  });
  closeConnectionsWhileStopping(fastify);
}

/** A connection that was busy when the server closed would otherwise stay open for its keep-alive time (72 s). */
function closeConnectionsWhileStopping(fastify: FastifyInstance): void {
  let stopping = false;
  fastify.addHook('preClose', async () => {
    stopping = true;
  });
  fastify.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
}
