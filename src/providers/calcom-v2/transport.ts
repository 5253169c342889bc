import { isAxiosError } from 'axios';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { PinoLogger } from 'nestjs-pino';
import { firstValueFrom } from 'rxjs';
import { AppConfig, CalcomConfig } from '../../foundation/config/app-config';
import { Metrics } from '../../foundation/metrics/metrics.service';
import { Pacer } from '../../foundation/pacing/pacer';
import { currentDeadline } from '../../foundation/resilience/deadline';
import { ConnectionCredential } from '../../scheduling/connection-store';
import { CallContext } from '../../scheduling/provider-port';
import { SchedulingError } from '../../scheduling/scheduling-error';
import { Calm, Turn } from './calm';
import { Answer, errorFromAnswer, errorFromFault, untrustedAnswer } from './errors';
import { apiVersion, isWrite, OperationName, OPERATIONS } from './operations';
import { Pace } from './pace';
import { redacted } from './redaction';
import * as wire from './wire';

/** Whose account, and on whose behalf: goes first into every method. */
export interface Caller {
  credential: ConnectionCredential;
  context?: CallContext;
}

export type Query = Record<string, string | number | undefined>;
export type Body = Record<string, unknown>;

interface Request<T> {
  /** Fills `{id}` of the path. */
  id?: string;
  query?: Query;
  body?: Body;
  /** What the answer's `data` must look like to be believed. */
  guard: (data: unknown) => data is T;
}

/** An answer of 5 MB would hold the slots of decades; more is a fault or an attack. */
const ANSWER_BYTES_MAX = 5 * 1024 * 1024;

/** The one way to Cal.com: every call of every method goes through {@link send}, so that nothing escapes its rules. */
@Injectable()
export class CalcomTransport {
  private readonly settings: CalcomConfig;
  private readonly calm: Calm;
  private readonly pace: Pace;

  constructor(
    private readonly http: HttpService,
    private readonly logger: PinoLogger,
    private readonly metrics: Metrics,
    pacer: Pacer,
    config: ConfigService<AppConfig, true>,
  ) {
    this.settings = config.get('calcom', { infer: true });
    this.calm = new Calm(metrics, this.settings.retryAttempts);
    this.pace = new Pace(pacer, this.settings.pace);
    this.logger.setContext('CalcomV2Client');
  }

  /** The seam through which every call goes: deadline, outages and repeats, the pace, then the wire. */
  async send<T>(operation: OperationName, asking: Caller, request: Request<T>): Promise<T> {
    const signal = asking.context?.signal ?? currentDeadline();
    const caller = { ...asking, context: { ...asking.context, signal } };
    if (signal?.aborted) throw errorFromFault(operation, 'ABORTED_BEFORE_SENDING');
    return this.calm.send({
      operation,
      credential: caller.credential,
      signal,
      attempt: (turn) => this.attempt(operation, caller, request, turn),
      probe: () => this.send('me.get', caller, { guard: wire.isRecord }),
    });
  }

  /** One call on the wire, logged and measured once. */
  private async attempt<T>(operation: OperationName, caller: Caller, request: Request<T>, turn: Turn): Promise<T> {
    let startedAt = performance.now();
    let answer: Answer | undefined;
    let failure: SchedulingError | undefined;
    try {
      const permit = await this.pace.permit(operation, caller.credential, caller.context);
      turn.leaving();
      startedAt = performance.now();
      answer = await this.dispatch(operation, caller, request);
      await this.pace.heard(permit, answer);
      return believedData(operation, answer, request.guard);
    } catch (error) {
      failure =
        error instanceof SchedulingError ? error : errorFromFault(operation, faultCode(error), maskedCause(error));
      throw failure;
    } finally {
      const seconds = (performance.now() - startedAt) / 1000;
      const outcome = failure ? failure.code : 'OK';
      this.metrics.providerCalls.observe({ provider: 'calcom-v2', operation, outcome }, seconds);
      this.log(operation, caller, {
        attempt: turn.number,
        outcome,
        durationMs: Math.round(seconds * 1000),
        answer,
        failure,
        request,
      });
    }
  }

  private async dispatch<T>(operation: OperationName, caller: Caller, request: Request<T>): Promise<Answer> {
    const { method, path, timeoutMs } = OPERATIONS[operation];
    const deadline = AbortSignal.timeout(Math.min(timeoutMs, this.settings.timeoutMs));
    // A write that has left is waited for: going away early would only turn a known outcome into an unknown one.
    const theirs = isWrite(operation) ? undefined : caller.context?.signal;
    const response = await firstValueFrom(
      this.http.request<string>({
        method,
        url: apiRoot(caller.credential.baseUrl) + path.replace('{id}', encodeURIComponent(request.id ?? '')),
        params: request.query,
        ...(request.body ? { data: JSON.stringify(request.body) } : {}),
        headers: this.headers(operation, caller, request.body !== undefined),
        signal: theirs ? AbortSignal.any([deadline, theirs]) : deadline,
        responseType: 'text',
        transformResponse: (text: unknown) => text,
        validateStatus: () => true,
        maxRedirects: 0,
        maxContentLength: ANSWER_BYTES_MAX,
        proxy: false,
      }),
    );
    return { status: response.status, headers: { ...response.headers }, body: parsed(response.data) };
  }

  private headers(operation: OperationName, caller: Caller, withBody: boolean): Record<string, string> {
    const version = apiVersion(operation, this.settings.bookingsApiVersion);
    const correlationId = caller.context?.correlationId;
    return {
      Authorization: `Bearer ${caller.credential.apiKey}`,
      Accept: 'application/json',
      ...(withBody ? { 'Content-Type': 'application/json' } : {}),
      ...(version ? { 'cal-api-version': version } : {}),
      ...(correlationId ? { 'X-Correlation-Id': correlationId } : {}),
    };
  }

  private log(operation: OperationName, caller: Caller, call: LoggedCall): void {
    const { method, path } = OPERATIONS[operation];
    const { answer, failure, request, ...measured } = call;
    const line = {
      operation,
      method,
      path: `/v2${path}`,
      connectionId: caller.credential.connectionId,
      correlationId: caller.context?.correlationId,
      status: answer?.status,
      providerRequestId: answer?.headers['x-request-id'],
      ...measured,
      ...(failure ? { reason: failure.details.reason, why: failure.message } : {}),
      ...(this.settings.debug ? { request: redacted(request), answer: redacted(answer?.body) } : {}),
    };
    if (failure) this.logger.warn(line, 'provider call failed');
    else this.logger.info(line, 'provider call');
  }
}

interface LoggedCall {
  attempt: number;
  outcome: string;
  durationMs: number;
  answer?: Answer;
  failure?: SchedulingError;
  request: { query?: Query; body?: Body };
}

/** Some deployments name the address with the API's prefix, some without. */
function apiRoot(baseUrl: string): string {
  return `${baseUrl.replace(/\/+$/, '').replace(/\/v2$/, '')}/v2`;
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function believedData<T>(operation: OperationName, answer: Answer, guard: (data: unknown) => data is T): T {
  if (answer.status < 200 || answer.status >= 300) throw errorFromAnswer(operation, answer);
  const { body } = answer;
  if (!wire.isRecord(body) || body.status !== 'success')
    throw untrustedAnswer(operation, answer.status, 'not an answer of Cal.com');
  if (!guard(body.data)) throw untrustedAnswer(operation, answer.status, 'data of an unknown shape');
  return body.data;
}

/** axios has two builds in one process, so its errors are told by their mark, never by class. */
function faultCode(error: unknown): string {
  if (isAxiosError(error)) return error.code ?? 'NO_ANSWER';
  return error instanceof Error ? error.name : 'NO_ANSWER';
}

/** The fault without the request in it: that holds the key. */
function maskedCause(error: unknown): Error | undefined {
  return error instanceof Error ? new Error(`${error.name}: ${error.message}`) : undefined;
}
