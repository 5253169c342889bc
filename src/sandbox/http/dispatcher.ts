import { FastifyReply, FastifyRequest } from 'fastify';
import { Turn } from '../race-window';
import { Sandbox } from '../sandbox';
import { fingerprint, withoutKeys } from '../store/journal';
import { Scenario } from '../store/scenarios';
import { authorize, identify, tokenOf } from './authentication';
import { Call, Handler, Reply, Route } from './call';
import { ApiError, badRequest, flatError, notFound, tooManyRequests } from './errors';
import { handlerFor } from './versions';

/** How long a scenario waits when it does not say. */
const DEFAULT_DELAY_MS = 1_000;

/** Calls that check first and write later. */
const WRITES = new Set(['bookings.create', 'bookings.reschedule', 'bookings.cancel']);

export type Log = (line: object) => void;

export const INTERNAL_ERROR = 'Internal server error';

/** What left the house: a reply, raw text instead of JSON, or nothing but a cut connection. */
type Outcome = { reply: Reply; headers: Record<string, string> } | { raw: string } | { cut: true };

/** Runs one route: version, throttling, authentication, scenario, handler, error shape, journal. */
export class Dispatcher {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly log: Log,
  ) {}

  async run(route: Route, request: FastifyRequest, response: FastifyReply): Promise<FastifyReply> {
    const headers: Record<string, string> = {};
    const turn = this.sandbox.races.enter(WRITES.has(route.operation));
    const outcome = await this.outcome(route, request, headers, turn)
      .catch((error: unknown) => ({ reply: this.errorReply(error, request.url), headers }))
      .finally(() => turn.end());
    await this.record(route.operation, request, outcome);
    if ('cut' in outcome) {
      response.hijack();
      request.raw.socket.destroy();
      return response;
    }
    if ('raw' in outcome) return response.status(200).type('text/html').send(outcome.raw);
    return response.status(outcome.reply.status).headers(outcome.headers).send(outcome.reply.body);
  }

  /** Journal entry and answer of what failed before a route was reached. */
  async refuse(error: unknown, request: FastifyRequest, response: FastifyReply): Promise<FastifyReply> {
    const reply = this.errorReply(error, request.url);
    await this.record('unrouted', request, { reply, headers: {} });
    return response.status(reply.status).send(reply.body);
  }

  private async outcome(
    route: Route,
    request: FastifyRequest,
    headers: Record<string, string>,
    turn: Turn,
  ): Promise<Outcome> {
    const version = request.headers['cal-api-version'];
    const { hosted } = this.sandbox.settings.current;
    const handler = handlerFor(route, Array.isArray(version) ? version[0] : version, hosted);
    if (!handler) throw notFound(`Cannot ${request.method} ${request.url}`);
    const token = tokenOf(request);
    const account = await identify(this.sandbox.accounts, token);
    const verdict = this.sandbox.limiter.hit(callerName(request));
    Object.assign(headers, verdict.headers);
    if (!verdict.allowed) throw tooManyRequests();
    authorize(request, token, account, route.access);
    checkNumbers(request.params as Record<string, string>);
    const call: Call = {
      sandbox: this.sandbox,
      operation: route.operation,
      params: request.params as Record<string, string>,
      query: request.query as Call['query'],
      body: request.body,
      account,
      pause: () => turn.pause(),
    };
    const scenario = await this.sandbox.scenarios.takeForCall(route.operation, account?.key);
    return scenario ? this.staged(scenario, handler, call, headers) : { reply: await handler(call), headers };
  }

  private async staged(
    scenario: Scenario,
    handler: Handler,
    call: Call,
    headers: Record<string, string>,
  ): Promise<Outcome> {
    const waitMs = scenario.delayMs ?? DEFAULT_DELAY_MS;
    switch (scenario.scenario) {
      case 'conflict':
        throw badRequest('User either already has booking at this time or is not available');
      case 'rate-limited':
        Object.assign(headers, { 'X-RateLimit-Remaining-Default': '0' });
        Object.assign(headers, { 'X-RateLimit-Reset-Default': String(Math.ceil(waitMs / 1000)) });
        throw tooManyRequests();
      case 'slow':
        await this.sandbox.sender.pause(waitMs);
        return { reply: await handler(call), headers };
      case 'error-before':
        throw flatError(500, INTERNAL_ERROR);
      case 'effect-late':
        this.later(waitMs, handler, call);
        return { cut: true };
      default:
        return this.afterEffect(scenario, await handler(call), headers);
    }
  }

  private afterEffect(scenario: Scenario, reply: Reply, headers: Record<string, string>): Outcome {
    if (scenario.scenario === 'error-after') throw flatError(500, INTERNAL_ERROR);
    if (scenario.scenario === 'answer-lost') return { cut: true };
    if (scenario.scenario === 'garbage') return { raw: '<html><body>upstream connect error {"data":</body></html>' };
    return { reply, headers };
  }

  private later(waitMs: number, handler: Handler, call: Call): void {
    const work = async (): Promise<void> => {
      await this.sandbox.sender.pause(waitMs);
      await handler(call);
    };
    this.sandbox.sender.track(work().catch((error: unknown) => this.log({ msg: 'late effect refused', error })));
  }

  private errorReply(error: unknown, path: string): Reply {
    if (error instanceof ApiError) {
      return { status: error.status, body: error.body(path, new Date(this.sandbox.now()).toISOString()) };
    }
    this.log({ msg: 'unhandled error', error: error instanceof Error ? error.stack : String(error) });
    return { status: 500, body: { statusCode: 500, message: INTERNAL_ERROR } };
  }

  private async record(operation: string, request: FastifyRequest, outcome: Outcome): Promise<void> {
    const token = tokenOf(request);
    const version = request.headers['cal-api-version'];
    const entry = {
      operation,
      method: request.method,
      path: withoutKeys(request.url.split('?')[0] ?? ''),
      query: request.query,
      apiVersion: typeof version === 'string' ? version : null,
      key: token ? fingerprint(token) : null,
      body: request.body ?? null,
      status: 'reply' in outcome ? outcome.reply.status : 0,
      answer: 'reply' in outcome ? outcome.reply.body : 'raw' in outcome ? outcome.raw : null,
    };
    this.log({ msg: 'call', operation, method: entry.method, path: entry.path, status: entry.status });
    await this.sandbox.journal.recordCall(entry, this.sandbox.now());
  }
}

/** Throws 400 for an id that is not a number. */
function checkNumbers(params: Record<string, string>): void {
  for (const name of ['eventTypeId', 'scheduleId', 'teamId']) {
    const value = params[name];
    if (value !== undefined && !/^-?\d+$/.test(value)) {
      throw badRequest('Validation failed (numeric string is expected)');
    }
  }
}

function callerName(request: FastifyRequest): string {
  const clientId = request.headers['x-cal-client-id'];
  return request.headers.authorization ?? (typeof clientId === 'string' ? clientId : request.ip);
}
