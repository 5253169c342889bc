import { randomUUID } from 'node:crypto';
import Fastify, { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { accountRoutes } from '../api/account-routes';
import { bookingRoutes } from '../api/booking-routes';
import { eventTypeRoutes } from '../api/event-type-routes';
import { reservationRoutes } from '../api/reservation-routes';
import { slotRoutes } from '../api/slot-routes';
import { teamRoutes } from '../api/team-routes';
import { TRIGGERS, webhookRoutes } from '../api/webhook-routes';
import { registerControlRoutes } from '../control/control-routes';
import { Sandbox } from '../sandbox';
import { hasTeams } from '../store/settings';
import { Route } from './call';
import { Dispatcher } from './dispatcher';
import { ApiError, badRequest, flatError, notFound } from './errors';
import { Log } from './faults';

/** As the real servers: 100 kB, above it 413. */
const BODY_LIMIT_BYTES = 100 * 1024;

const ROUTES: Route[] = [
  ...accountRoutes,
  ...eventTypeRoutes,
  ...slotRoutes,
  ...reservationRoutes,
  ...bookingRoutes,
  ...webhookRoutes,
];

const TARGETS = {
  routes: [...ROUTES, ...teamRoutes],
  triggers: new Set(TRIGGERS),
};

/** Routes, body parsing and transport habits of the real servers; not listening yet. */
export function buildWebServer(sandbox: Sandbox, log: Log): FastifyInstance {
  const server = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true },
  });
  const dispatcher = new Dispatcher(sandbox, log);
  parseBodies(server);
  server.addHook('onRequest', async (request, reply) => answerEarly(request, reply));
  server.get('/health', (_request, reply) => reply.type('text/plain').send('OK'));
  registerControlRoutes(server, sandbox, TARGETS);
  for (const route of ROUTES) addRoute(server, dispatcher, route);
  for (const route of teamRoutes) addRoute(server, dispatcher, route, () => hasTeams(sandbox.settings.current));
  server.setNotFoundHandler((request, reply) => dispatcher.refuse(cannot(request), request, reply));
  server.setErrorHandler((error, request, reply) => {
    const refusal = transportError(error);
    // What is too large is cut off before anything else has looked at it.
    if (refusal instanceof ApiError && refusal.status === 413) reply.removeHeader('X-Request-Id');
    return dispatcher.refuse(refusal, request, reply);
  });
  return server;
}

const cannot = (request: FastifyRequest): ApiError => notFound(`Cannot ${request.method} ${request.url}`);

function addRoute(server: FastifyInstance, dispatcher: Dispatcher, route: Route, exists = (): boolean => true): void {
  server.route({
    method: route.method,
    url: route.path,
    handler: (request, reply) =>
      exists() ? dispatcher.run(route, request, reply) : dispatcher.refuse(cannot(request), request, reply),
  });
}

/** The server makes its own request id: an inbound one is not echoed. */
async function answerEarly(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  if (request.method === 'OPTIONS') {
    return reply
      .status(204)
      .header('Access-Control-Allow-Origin', '*')
      .header('Access-Control-Allow-Methods', 'GET,PATCH,DELETE,HEAD,POST,PUT,OPTIONS')
      .header('Access-Control-Allow-Headers', '*')
      .send();
  }
  reply.header('X-Request-Id', randomUUID()).header('Access-Control-Allow-Origin', '*');
  return undefined;
}

function parseBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, text === '' ? {} : JSON.parse(text as string));
    } catch (error) {
      // Newer engines add the line and column, which the measured servers did not know.
      done(badRequest((error as SyntaxError).message.replace(/ \(line \d+ column \d+\)$/, '')));
    }
  });
  // Anything else, forms too, arrives as an empty body.
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, _text, done) => done(null, {}));
}

function transportError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? flatError(413, 'request entity too large') : error;
}
