import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../../foundation/http/access';
import { CORRELATION_HEADER } from '../../../foundation/http/correlation-id';
import { Quotas } from '../../../foundation/http/quotas';
import { RecalledCallers } from '../../companies/recalled-callers.service';
import { ANSWER_TYPE, isKnown, questionOf, READERS } from './availability-replies';
import { LogSamples } from './log-samples';
import { ReadMeter } from '../store/read-meter.service';
import { ReadyAnswers, type WrittenAnswer } from './ready-answers.service';

const READ = '/api/availability?';

/**
 * Gives a ready answer as the first thing that happens to a request, before the log, the router of Nest, pipes and
 * interceptors, which take five times as long as all the rest.
 *
 * It has no rules of its own. Each of these is the memory of a request that went the whole way: the caller of this key,
 * found by the guard within the last second; the answer to this very url, which was validated then; the headers told to
 * this origin. The answer is known to be unchanged. Whatever is not remembered, would be refused, or is due in the log
 * goes the whole way. The request's metrics are taken by the hook that takes everybody's.
 */
@Injectable()
export class ReadyReplies {
  constructor(
    private readonly callers: RecalledCallers,
    private readonly quotas: Quotas,
    private readonly ready: ReadyAnswers,
    private readonly meter: ReadMeter,
    private readonly samples: LogSamples,
  ) {}

  /** Hooks of Fastify come too late: Nest's own, and its middleware, were added before. */
  register(adapter: FastifyAdapter): void {
    let isClosing = false;
    // Connections are then told to close, by a hook that comes later.
    adapter.getInstance().addHook('preClose', async () => {
      isClosing = true;
    });
    adapter.setOnRequestHook((request, reply, done) => {
      if (isClosing || !this.give(request, reply)) done();
    });
  }

  private give(request: FastifyRequest, reply: FastifyReply): boolean {
    const ready = isRead(request) ? this.find(request) : undefined;
    if (!ready || this.samples.next(reply.raw) || !this.quotas.countIfRoom(ready.caller, request.ip)) return false;
    this.meter.count('warm');
    reply.hijack();
    send(request, reply.raw, ready);
    return true;
  }

  private find(request: FastifyRequest): Ready | undefined {
    const caller = this.callers.find(request, READERS);
    const answer = caller && this.ready.find(questionOf(caller, request.url));
    const head = answer?.heads.of(request.headers.origin);
    return caller && answer && head && { caller, answer, head };
  }
}

interface Ready {
  caller: Caller;
  answer: WrittenAnswer;
  head: readonly string[];
}

function isRead({ method, url, headers }: FastifyRequest): boolean {
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  return method === 'GET' && url.startsWith(READ) && !hasBody;
}

function send({ id, headers }: FastifyRequest, to: ServerResponse, { answer: { body, etag }, head }: Ready): void {
  const told = [...head, CORRELATION_HEADER, String(id)];
  if (isKnown(headers['if-none-match'], etag)) return void to.writeHead(304, told).end();
  told.push('content-type', ANSWER_TYPE, 'content-length', String(body.length));
  // Known to be ASCII, which is copied as it is; and in one piece with the head.
  to.writeHead(200, told).end(body, 'latin1');
}
