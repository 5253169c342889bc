import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { ApiError } from '../errors/api-error';
import { errorBody } from '../errors/error-body';
import { checkTexts, RAW_BODY_ROUTES, registerBodyParsers } from './body-parser';
import { CORRELATION_HEADER, correlationId } from './correlation-id';
import { carryDeadlines } from './request-deadline';

/** Cal.com's own limit; no booking comes near it. */
const BODY_BYTES_MAX = 100_000;
/** Webhooks of group bookings list every attendee. */
const WEBHOOK_BYTES_MAX = 1_000_000;
/** A client that sends its headers slower than this is broken or hostile. */
const HEADERS_TIMEOUT_MS = 5_000;
/** Time to receive a whole request; answers may take longer. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Fastify with limits: its defaults wait for ever and take 1 MiB. */
export function createHttpAdapter(trustedProxies: string[]): FastifyAdapter {
  return new FastifyAdapter({
    // Whoever is not a proxy of ours could write any address into the header.
    trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: (request: IncomingMessage) => correlationId(request.headers[CORRELATION_HEADER]),
    // The router refuses these URLs before any hook or filter runs.
    frameworkErrors: (thrown: Error, request: FastifyRequest, reply: FastifyReply) => {
      const id = String(request.id);
      const error = new ApiError('VALIDATION_ERROR', { cause: thrown });
      void reply
        .header(CORRELATION_HEADER, id)
        .status(error.status)
        .send(errorBody(error, id, Date.now()));
    },
    clientErrorHandler: answerUnparsable,
    // nestjs-pino writes the one line of each request.
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    http: { headersTimeout: HEADERS_TIMEOUT_MS, maxHeaderSize: 16_384 },
    routerOptions: { maxParamLength: 200 },
  });
}

/** What could not even be read as HTTP: the same shape of answer, then the connection is given up. */
function answerUnparsable(fault: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || fault.code === 'ECONNRESET') return void socket.destroy();
  const status = fault.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const id = correlationId(undefined);
  const body = JSON.stringify(errorBody(new ApiError('VALIDATION_ERROR'), id, Date.now()));
  const headers = [`${CORRELATION_HEADER}: ${id}`, 'content-type: application/json', 'connection: close'];
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
}

/** Hooks that belong to every request, whatever route it meets. */
export function configureHttpServer(fastify: FastifyInstance): void {
  registerBodyParsers(fastify);
  fastify.addHook('onRoute', (route) => {
    if (route.url.startsWith(RAW_BODY_ROUTES)) route.bodyLimit = WEBHOOK_BYTES_MAX;
  });
  fastify.addHook('preValidation', async ({ query }) => checkTexts(query));
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header(CORRELATION_HEADER, request.id).header('x-content-type-options', 'nosniff');
  });
  carryDeadlines(fastify);
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
