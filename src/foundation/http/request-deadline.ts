import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { underDeadline } from '../resilience/deadline';

/**
 * A permit of 10 s and a booking of 15 s, the longest way that one call can take; and less than the 30 s after which
 * common proxies and browsers' libraries give up, so that the caller hears it from us.
 */
export const REQUEST_DEADLINE_MS = 25_000;

const READS = new Set(['GET', 'HEAD']);

/**
 * Puts each request under a deadline, counted from when it was received whole. A read also ends when its caller goes
 * away; a write goes on, for what it began must come to a known end.
 */
export function carryDeadlines(fastify: FastifyInstance, deadlineMs = REQUEST_DEADLINE_MS): void {
  // Not earlier: events of a body that is still arriving know nothing of what a hook before it set.
  fastify.addHook('preHandler', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), deadlineMs);
    reply.raw.once('close', () => {
      clearTimeout(timer);
      if (READS.has(request.method) && !reply.raw.writableFinished) controller.abort();
    });
    underDeadline(controller.signal, done);
  });
}
