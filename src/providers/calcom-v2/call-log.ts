import type { PinoLogger } from 'nestjs-pino';
import type { CalcomConfig } from '../../foundation/config/app-config';
import type { Metrics } from '../../foundation/metrics/metrics.service';
import type { SchedulingError } from '../../scheduling/scheduling-error';
import type { Answer } from './errors';
import { type OperationName, OPERATIONS } from './operations';
import { redacted } from './redaction';
import type { Caller, Sending } from './call';

export interface FinishedCall {
  operation: OperationName;
  caller: Caller;
  request: Sending;
  /** From 1; 0 when it was refused before it got a turn. */
  attempt: number;
  seconds: number;
  answer?: Answer;
  failure?: SchedulingError;
}

/** Writes every call down once, and measures it. Never a secret, an address or a uid. */
export class CallLog {
  constructor(
    private readonly logger: PinoLogger,
    private readonly metrics: Metrics,
    private readonly settings: Pick<CalcomConfig, 'debug'>,
  ) {}

  write(call: FinishedCall): void {
    const { operation, failure, seconds } = call;
    const outcome = failure ? failure.code : 'OK';
    this.metrics.providerCalls.observe({ provider: 'calcom-v2', operation, outcome }, seconds);
    const line = { ...this.described(call), outcome, durationMs: Math.round(seconds * 1000) };
    if (failure)
      this.logger.warn({ ...line, reason: failure.details.reason, why: failure.message }, 'provider call failed');
    else this.logger.info(line, 'provider call');
  }

  private described({ operation, caller, request, attempt, answer }: FinishedCall): Record<string, unknown> {
    const { method, path } = OPERATIONS[operation];
    const { query, body } = request;
    return {
      operation,
      method,
      path: `/v2${path}`,
      connectionId: caller.credential.connectionId,
      correlationId: caller.context?.correlationId,
      attempt,
      status: answer?.status,
      providerRequestId: answer?.headers['x-request-id'],
      ...(this.settings.debug ? { request: redacted({ query, body }), answer: redacted(answer?.body) } : {}),
    };
  }
}
