import { Injectable } from '@nestjs/common';
import { dateIn, endOfDay, startOfDay } from '../../../foundation/time/instants';
import type { CallContext } from '../../../scheduling/call-context';
import { SchedulingError } from '../../../scheduling/scheduling-error';
import type { EpochMs, Schedule } from '../../../scheduling/words';
import { CompaniesService } from '../../companies/companies.service';
import { type Connection, ConnectionsService } from '../../companies/connections.service';
import type { EventTypeRecord } from '../../event-types/event-types.service';
import { ProviderCalls } from '../../event-types/provider-calls.service';
import { accountOf } from '../claims/claimed-times';
import type { SeenSlots, Unreachable } from './explain-facts';

const DAY_MS = 86_400_000;
/** How far a window of booking is looked for behind the asked day; one call brings a month as it brings a day. */
const AHEAD_MS = 28 * DAY_MS;

/** Where explanations come from outside: how a company is connected, and what its provider says now. */
@Injectable()
export class ExplainSources {
  constructor(
    private readonly companies: CompaniesService,
    private readonly connections: ConnectionsService,
    private readonly provider: ProviderCalls,
  ) {}

  /** The host's zone, and where claims on the host are kept. */
  async place(companyId: string): Promise<{ hostZone: string; account: string; connection: Connection }> {
    const connection = await this.connections.forCompany(companyId);
    const hostZone = connection.accountTimeZone ?? (await this.companies.get(companyId)).timeZone;
    return { hostZone, account: accountOf(connection.provider, connection.address), connection };
  }

  /**
   * One call: free starts from the day before the asked one on, four weeks ahead.
   *
   * @throws SchedulingError
   */
  async slots(
    { providerId, connectionId, lengthMinutes }: EventTypeRecord,
    { startMs, nowMs, hostZone }: { startMs: EpochMs; nowMs: EpochMs; hostZone: string },
    context?: CallContext,
  ): Promise<SeenSlots> {
    const fromMs = startOfDay(dateIn(startMs - DAY_MS, hostZone), hostZone);
    const toMs = endOfDay(dateIn(startMs + AHEAD_MS, hostZone), hostZone);
    const query = {
      eventTypeId: providerId,
      fromMs: Math.max(fromMs, nowMs),
      toMs,
      lengthMinutes,
      gridTimeZone: hostZone,
    };
    const slots = await this.provider.run(connectionId, (provider) => provider.slots(query, context));
    return { slots, fromMs, toMs };
  }

  /**
   * One call, or none where the hours are not the account's own: providers show nobody else's.
   *
   * @throws SchedulingError
   */
  async schedule(
    eventType: EventTypeRecord,
    connection: Connection,
    context?: CallContext,
  ): Promise<Schedule | undefined> {
    const { hosts, scheduleId, teamId } = eventType.definition;
    if (hosts.length !== 1 || hosts[0]?.id !== connection.accountId) return undefined;
    const schedules = await this.provider.run(eventType.connectionId, (provider) => provider.schedules(context));
    const own = teamId === undefined ? schedules.find((schedule) => schedule.providerId === scheduleId) : undefined;
    return own ?? schedules.find(({ isDefault }) => isDefault);
  }
}

/** Why the provider could not be asked; what it said about the question itself is thrown on. */
export function unreachable(error: unknown): Unreachable {
  if (!(error instanceof SchedulingError)) throw error;
  const { code, details } = error;
  if (code !== 'UNAVAILABLE' && code !== 'RATE_LIMITED' && code !== 'AUTHENTICATION_FAILED') throw error;
  const { retryAfterSeconds } = details;
  return { code, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}
