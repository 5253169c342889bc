import { CallHandler, ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { type Observable, of } from 'rxjs';
import type { CalledRequest } from '../../foundation/http/access';
import { ReadyAnswers, type WrittenAnswer } from './ready-answers.service';
import { SlotReads } from './slot-reads.service';

/** Of the reads answered from memory, so many leave one line in the request log; failures always do. */
const LOGGED_ONE_IN = 100;

/** The same question, of the same company: what follows from it is the same. */
export function questionOf({ caller, url }: CalledRequest): string {
  return `${caller?.companyId ?? ''} ${url}`;
}

/** Writes the reply; 304 for a caller who has this very answer. */
export function reply(request: CalledRequest, to: FastifyReply, { body, etag }: WrittenAnswer): string | undefined {
  to.header('etag', etag).header('cache-control', 'no-cache');
  if (isKnown(request.headers['if-none-match'], etag)) {
    to.status(304);
    return undefined;
  }
  to.header('content-type', 'application/json; charset=utf-8');
  return body;
}

/** Answers a question that was answered before, as it was written then: it was checked then, too. */
@Injectable()
export class RepeatedQuestions implements NestInterceptor {
  private count = 0;

  constructor(
    private readonly ready: ReadyAnswers,
    private readonly reads: SlotReads,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<CalledRequest>();
    const known = this.ready.find(questionOf(request));
    if (!known) return next.handle();
    this.reads.count('warm');
    const to = http.getResponse<FastifyReply>();
    this.sample(to);
    return of(reply(request, to, known));
  }

  private sample({ raw }: FastifyReply): void {
    this.count += 1;
    if (this.count % LOGGED_ONE_IN === 0) return;
    const { allLogs = [] } = raw as typeof raw & { allLogs?: Logger[] };
    for (const log of allLogs) log.level = 'warn';
  }
}

function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const weak = (tag: string): string => tag.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((tag) => weak(tag) === weak(etag));
}
