import { HttpService } from '@nestjs/axios';
import type { Permit } from '../../foundation/pacing/credential-pace';
import { INTENT_AGE_MAX_MS, Moment } from '../../scheduling/prepared-write';
import type { Answer } from './errors';
import { Handover, Released } from './handover';
import { isWrite, type OperationName, OPERATIONS } from './operations';
import type { Pace } from './pace';
import { type Agents, type Outgoing, ReadyRequest } from './ready-request';
import type { Caller } from './call';

/** An answer of 5 MB would hold the slots of decades; more is a fault or an attack. */
const ANSWER_BYTES_MAX = 5 * 1024 * 1024;
/** A call reaches Cal.com's counter at most that long after its permit: by so much our window is longer than theirs. */
const PERMIT_KEPT_MS = 1_000;
/** What may be spent of it on a connection; a new permit is asked for after a slow one. */
const CONNECTING_MAX_MS = 500;
/** Connections that are tried for one call: a kept one may close at the moment it is taken. */
const CONNECTIONS_MAX = 3;

export interface Exchange {
  operation: OperationName;
  caller: Caller;
  written: Outgoing;
  handover: Handover;
  /** Called right before the first byte; what it throws keeps everything back. */
  leaving: () => void;
}

/** Everything that stands ready for one call. */
interface Readiness {
  permit: Permit;
  permittedAt: Moment;
  request: ReadyRequest;
}

/** One request and its answer, over HTTP. */
export class Wire {
  constructor(
    private readonly http: HttpService,
    private readonly pace: Pace,
    private readonly timeoutMs: number,
  ) {}

  /**
   * Gets a permit and a connection, waits for the word, writes, and reads the answer.
   *
   * @throws Released when nothing was written because the word did not come, or came too late.
   * @throws SchedulingError `RATE_LIMITED` when there was no permit in time, and whatever `leaving` throws.
   * @throws the connection's fault, or the HTTP client's.
   */
  async exchange(exchange: Exchange): Promise<Answer> {
    const readiness = await this.makeReady(exchange);
    try {
      const intentAt = await exchange.handover.wait(PERMIT_KEPT_MS - readiness.permittedAt.age());
      const answer = await this.write(exchange, readiness, intentAt);
      await this.pace.heard(readiness.permit, answer);
      return answer;
    } catch (error) {
      readiness.request.close();
      throw error;
    }
  }

  /** The permit first, because a connection does not keep while one waits; then again, if connecting took long. */
  private async makeReady(exchange: Exchange): Promise<Readiness> {
    const { operation, caller, written } = exchange;
    const { credential, context } = caller;
    let request: ReadyRequest | undefined;
    for (let connections = 0; ;) {
      const permit = await this.pace.permit(operation, credential, context).catch((error: unknown) => {
        request?.close();
        throw error;
      });
      const permittedAt = new Moment();
      if (!request?.isAlive) {
        connections++;
        request = await ReadyRequest.open(written, this.agents(), this.patience(operation, context?.signal));
      }
      const isGood = request.isAlive && permittedAt.age() <= CONNECTING_MAX_MS;
      if (isGood || connections >= CONNECTIONS_MAX) return { permit, permittedAt, request };
    }
  }

  private async write(exchange: Exchange, { request, permittedAt }: Readiness, intentAt: Moment): Promise<Answer> {
    const { operation, caller, written } = exchange;
    const leaving = (): void => {
      if (isWrite(operation) && intentAt.age() > INTENT_AGE_MAX_MS) throw new Released('the intent is too old');
      if (permittedAt.age() > PERMIT_KEPT_MS) throw new Released('the permit is too old');
      if (!request.isAlive) throw new Released('the connection has closed');
      exchange.leaving();
    };
    const response = await this.http.axiosRef.request<string>({
      method: written.method,
      url: written.url.href,
      headers: written.headers,
      data: written.body,
      transport: request.transport(leaving),
      // A write that has left is waited for: going away early would only turn a known outcome into an unknown one.
      signal: this.patience(operation, isWrite(operation) ? undefined : caller.context?.signal),
      responseType: 'text',
      transformResponse: (text: unknown) => text,
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: ANSWER_BYTES_MAX,
      proxy: false,
    });
    return { status: response.status, headers: { ...response.headers }, body: parsed(response.data) };
  }

  private patience(operation: OperationName, theirs: AbortSignal | undefined): AbortSignal {
    const deadline = AbortSignal.timeout(Math.min(OPERATIONS[operation].timeoutMs, this.timeoutMs));
    return theirs ? AbortSignal.any([deadline, theirs]) : deadline;
  }

  /** Kept connections, guarded: the ones that the HTTP client was made with. */
  private agents(): Agents {
    return this.http.axiosRef.defaults as Agents;
  }
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
