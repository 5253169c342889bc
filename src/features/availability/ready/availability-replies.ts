import { CallHandler, ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Observable, of } from 'rxjs';
import type { Access, CalledRequest, Caller } from '../../../foundation/http/access';
import { ReadMeter } from '../store/read-meter.service';
import { ReadyAnswers, type WrittenAnswer } from './ready-answers.service';

/** Whose keys may read free times. */
export const READERS: readonly Access[] = ['secret', 'publishable'];
export const ANSWER_TYPE = 'application/json; charset=utf-8';

/** The same question, of the same company: what follows from it is the same. */
export function questionOf(caller: Caller | undefined, url: string): string {
  return `${caller?.companyId ?? ''} ${url}`;
}

/** Writes the reply; 304 for a caller who has this very answer. */
export function reply(
  request: CalledRequest,
  to: FastifyReply,
  { body, etag, heads }: WrittenAnswer,
): string | undefined {
  to.header('etag', etag).header('cache-control', 'no-cache');
  heads.record(request, to.getHeaders());
  if (isKnown(request.headers['if-none-match'], etag)) {
    to.status(304);
    return undefined;
  }
  to.header('content-type', ANSWER_TYPE);
  return body;
}

/** Answers a question that was answered before, as it was written then: it was checked then, too. */
@Injectable()
export class RepeatedQuestions implements NestInterceptor {
  constructor(
    private readonly ready: ReadyAnswers,
    private readonly meter: ReadMeter,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<CalledRequest>();
    const known = this.ready.find(questionOf(request.caller, request.url));
    if (!known) return next.handle();
    const to = http.getResponse<FastifyReply>();
    this.meter.count('warm');
    this.meter.sample(to, 'warm');
    return of(reply(request, to, known));
  }
}

/** Whether an `If-None-Match` names this very answer. */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const weak = (tag: string): string => tag.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((tag) => weak(tag) === weak(etag));
}
