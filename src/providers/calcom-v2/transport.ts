import { isAxiosError } from 'axios';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { PinoLogger } from 'nestjs-pino';
import { AppConfig, CalcomConfig } from '../../foundation/config/app-config';
import { Metrics } from '../../foundation/metrics/metrics.service';
import { Pacer } from '../../foundation/pacing/pacer';
import { currentDeadline } from '../../foundation/resilience/deadline';
import { PreparedWrite } from '../../scheduling/prepared-write';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { Caller, Sending } from './call';
import { Calm, Turn } from './calm';
import { CallLog } from './call-log';
import { Answer, errorFromAnswer, errorFromFault, untrustedAnswer } from './errors';
import { Handover, Released } from './handover';
import { outgoing } from './outgoing';
import { isWrite, OperationName } from './operations';
import { Pace } from './pace';
import { Wire } from './wire-exchange';
import * as wire from './wire';

interface Request<T> extends Sending {
  /** What the answer's `data` must look like to be believed. */
  guard: (data: unknown) => data is T;
  /** Takes the whole answer for the data; for lists whose paging is beside it. */
  whole?: boolean;
}

/** One call from the first wait to its end. */
interface Call<T> {
  operation: OperationName;
  caller: Caller;
  request: Request<T>;
  handover: Handover;
}

/** The one way to Cal.com: every call of every method goes through here, so that nothing escapes its rules. */
@Injectable()
export class CalcomTransport {
  private readonly settings: CalcomConfig;
  private readonly calm: Calm;
  readonly pace: Pace;
  private readonly wire: Wire;
  private readonly log: CallLog;

  constructor(
    http: HttpService,
    logger: PinoLogger,
    metrics: Metrics,
    pacer: Pacer,
    config: ConfigService<AppConfig, true>,
  ) {
    this.settings = config.get('calcom', { infer: true });
    this.calm = new Calm(metrics, this.settings.retryAttempts);
    this.pace = new Pace(pacer, this.settings.pace);
    this.wire = new Wire(http, this.pace, this.settings.timeoutMs);
    this.log = new CallLog(logger, metrics, this.settings);
    logger.setContext('CalcomV2Client');
  }

  /** Reads. Repeated after 5xx and network faults. @throws SchedulingError */
  read<T>(operation: OperationName, caller: Caller, request: Request<T>): Promise<T> {
    return this.run({ operation, caller, request, handover: Handover.atOnce() });
  }

  /** The same, believing and giving the whole answer instead of its `data`. @throws SchedulingError */
  readWhole<T>(operation: OperationName, caller: Caller, request: Omit<Request<T>, 'whole'>): Promise<T> {
    return this.read(operation, caller, { ...request, whole: true });
  }

  /** A write with its permit, the breaker's leave and a connected socket. It is sent once, whatever happens. @throws SchedulingError */
  prepare<T>(operation: OperationName, caller: Caller, request: Request<T>): Promise<PreparedWrite<T>> {
    const handover = new Handover();
    return handover.prepared(this.run({ operation, caller, request, handover }));
  }

  /** The seam through which every call goes: deadline, outages and repeats, the pace, then the wire. */
  private async run<T>(asked: Call<T>): Promise<T> {
    const signal = asked.caller.context?.signal ?? currentDeadline();
    const call = { ...asked, caller: { ...asked.caller, context: { ...asked.caller.context, signal } } };
    const { operation, caller, request } = call;
    let turns = 0;
    try {
      if (signal?.aborted) throw errorFromFault(operation, 'ABORTED_BEFORE_SENDING', { left: false });
      return await this.calm.send({
        operation,
        credential: caller.credential,
        signal,
        attempt: (turn) => this.attempt(call, { ...turn, number: ++turns }),
        probe: () => this.read('me.get', caller, { guard: wire.isRecord }),
      });
    } catch (error) {
      const failure =
        error instanceof SchedulingError ? error : errorFromFault(operation, faultCode(error), { left: false });
      if (turns === 0) this.log.write({ operation, caller, request, attempt: 0, seconds: 0, failure });
      throw failure;
    }
  }

  /** One call on the wire, logged and measured once. */
  private async attempt<T>({ operation, caller, request, handover }: Call<T>, turn: Turn): Promise<T> {
    const attempt = turn.number;
    let startedAt = performance.now();
    let left = false;
    let answer: Answer | undefined;
    const leaving = (): void => {
      turn.leaving();
      startedAt = performance.now();
      left = true;
    };
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    try {
      const written = outgoing(operation, caller, request, this.settings.bookingsApiVersion);
      answer = await this.wire.exchange({ operation, caller, written, handover, leaving });
      const data = believedData(operation, answer, request);
      this.log.write({ operation, caller, request, attempt, seconds: seconds(), answer });
      return data;
    } catch (error) {
      const failure = failureOf(operation, error, left);
      // A preparation that its sender gave up is no call.
      if (!(error instanceof Released)) {
        this.log.write({ operation, caller, request, attempt, seconds: seconds(), answer, failure });
      }
      throw failure;
    }
  }
}

function failureOf(operation: OperationName, error: unknown, left: boolean): SchedulingError {
  if (error instanceof SchedulingError) return error;
  if (error instanceof Released && isWrite(operation)) {
    return new SchedulingError('NOT_SENT', `${operation}: ${error.message}`);
  }
  if (error instanceof Released) return errorFromFault(operation, 'NOT_SENT', { left: false, cause: error });
  return errorFromFault(operation, faultCode(error), { left, cause: maskedCause(error) });
}

function believedData<T>(operation: OperationName, answer: Answer, { guard, whole }: Request<T>): T {
  if (answer.status < 200 || answer.status >= 300) throw errorFromAnswer(operation, answer);
  const { body } = answer;
  if (!wire.isRecord(body) || body.status !== 'success')
    throw untrustedAnswer(operation, answer.status, 'not an answer of Cal.com');
  const data = whole ? body : body.data;
  if (!guard(data)) throw untrustedAnswer(operation, answer.status, 'data of an unknown shape');
  return data;
}

/** axios has two builds in one process, so its errors are told by their mark, never by class. */
function faultCode(error: unknown): string {
  // An answer that was too large and one that broke off have one code; only the first would be the same once more.
  if (isAxiosError(error) && error.message.includes('maxContentLength')) return 'ANSWER_TOO_LARGE';
  if (isAxiosError(error)) return error.code ?? 'NO_ANSWER';
  if (!(error instanceof Error)) return 'NO_ANSWER';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** The fault without the request in it: that holds the key. */
function maskedCause(error: unknown): Error | undefined {
  return error instanceof Error ? new Error(`${error.name}: ${error.message}`) : undefined;
}
