import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { ApiError } from '../../../foundation/errors/api-error';
import type { CallContext } from '../../../scheduling/call-context';
import { sendAtOnce } from '../../../scheduling/prepared-write';
import { SchedulingError } from '../../../scheduling/scheduling-error';
import type { VisitPart } from '../../availability/composite/visit-offers.service';
import { CompaniesService } from '../../companies/companies.service';
import { ConnectionsService } from '../../companies/connections.service';
import { ProviderCalls } from '../../event-types/provider-calls.service';

/** Longer than any visit takes to be booked; what a process leaves that died is gone by then. */
const KEPT_MINUTES = 5;

/** Starts that the provider hides from others for a while. */
export interface Reservations {
  connectionId: string;
  uids: string[];
}

/**
 * Reserves the starts of a visit at the provider, where the company wishes it. It keeps others from seeing them; it
 * guards nothing, so a visit does without whatever cannot be reserved.
 */
@Injectable()
export class VisitReservations {
  constructor(
    private readonly companies: CompaniesService,
    private readonly connections: ConnectionsService,
    private readonly calls: ProviderCalls,
    private readonly logger: PinoLogger,
  ) {}

  /** All at once. @throws ApiError `SLOT_UNAVAILABLE` (`RESERVED`) when one of them is somebody else's: none is kept. */
  async make(companyId: string, parts: readonly VisitPart[], context: CallContext): Promise<Reservations | undefined> {
    const { reserveVisits } = await this.companies.get(companyId);
    if (!reserveVisits) return undefined;
    const connectionId = parts[0]!.eventType.connectionId;
    const connection = await this.connections.byId(connectionId);
    if (!connection?.capabilities?.holds) return undefined;
    const made = await Promise.allSettled(parts.map((part) => this.reserve(connectionId, part, context)));
    const uids = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const taken = made.findIndex((each) => each.status === 'rejected' && isTaken(each.reason));
    if (taken < 0) return { connectionId, uids };
    await this.end({ connectionId, uids });
    const { segmentId, name } = parts[taken]!;
    throw new ApiError('SLOT_UNAVAILABLE', {
      details: { reason: 'RESERVED', segment: { index: taken, segmentId, name } },
    });
  }

  /** As far as the provider can be asked; what is left ends by itself. Never throws. */
  async end(reservations: Reservations | undefined): Promise<void> {
    if (!reservations) return;
    const { connectionId, uids } = reservations;
    const ending = uids.map((uid) =>
      this.calls.run(connectionId, (at) => sendAtOnce(() => at.prepare.endReservation(uid, { lane: 'background' }))),
    );
    for (const ended of await Promise.allSettled(ending)) {
      if (ended.status === 'rejected') this.logger.info({ err: ended.reason as Error }, 'a reservation ends by itself');
    }
  }

  private async reserve(connectionId: string, { eventType, startMs }: VisitPart, context: CallContext) {
    const request = { eventTypeId: eventType.providerId, startMs, keptMinutes: KEPT_MINUTES };
    const made = await this.calls.run(connectionId, (at) => sendAtOnce(() => at.prepare.reserve(request, context)));
    return made.uid;
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof SchedulingError && error.code === 'SLOT_UNAVAILABLE';
}
