import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../foundation/metrics/metrics.service';

/** One label for everything that met no route: a stranger's urls must not become time series. */
const NO_ROUTE = 'none';

/** Measures every answer by route pattern; urls hold ids and queries hold e-mails, so neither is a label. */
export function registerRequestMetrics(fastify: FastifyInstance, metrics: Metrics): void {
  fastify.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? NO_ROUTE : (request.routeOptions.url ?? NO_ROUTE);
    metrics.requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
}
