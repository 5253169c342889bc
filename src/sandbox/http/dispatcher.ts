import { FastifyReply, FastifyRequest } from 'fastify';
import { Turn } from '../race-window';
import { Sandbox } from '../sandbox';
import { fingerprint, withoutKeys } from '../store/journal';
import { authorize, identify, tokenOf } from './authentication';
import { Call, Reply, Route } from './call';
import { ApiError, badRequest, INTERNAL_ERROR, notFound, tooManyRequests } from './errors';
import { Log, stage } from './faults';
import { deliver, Outcome, said } from './outcome';
import { handlerFor } from './versions';

/** Calls that check first and write later. */
const WRITES = new Set(['bookings.create', 'bookings.reschedule', 'bookings.cancel']);

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
    return deliver(outcome, request, response);
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
    const scenario = await this.sandbox.scenarios.takeForCall({
      operation: route.operation,
      key: account?.key,
      method: route.method,
      paths: [route.path, pathOf(request)],
    });
    if (!scenario) return { reply: await handler(call), headers };
    return stage(scenario, { call, handler, headers, log: this.log });
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
      path: withoutKeys(pathOf(request)),
      query: request.query,
      apiVersion: typeof version === 'string' ? version : null,
      key: token ? fingerprint(token) : null,
      body: request.body ?? null,
      ...said(outcome),
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

const pathOf = (request: FastifyRequest): string => request.url.split('?')[0] ?? '';

function callerName(request: FastifyRequest): string {
  const clientId = request.headers['x-cal-client-id'];
  return request.headers.authorization ?? (typeof clientId === 'string' ? clientId : request.ip);
}
