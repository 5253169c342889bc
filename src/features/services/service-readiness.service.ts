import { Injectable } from '@nestjs/common';
import { Clock } from '../../foundation/time/clock';
import type { CallContext } from '../../scheduling/call-context';
import { EventTypesService } from '../event-types/event-types.service';
import type { Judgement } from './judgement';
import type { Finding } from './map-reasons';
import { ServiceCatalogue } from './service-catalogue.service';
import { ServiceJudge } from './service-judge';

/** A finding with what it is about: a person in a segment, a segment, or the service as a whole. */
export interface PlacedFinding extends Finding {
  segmentId?: string;
  segmentName?: string;
  staffId?: string;
  staffName?: string;
  /** Ours. */
  eventTypeId?: string;
}

export interface ServiceReadiness {
  /** Whether nothing blocks anywhere. */
  ready: boolean;
  /** Whether visits can be booked with somebody nevertheless: people whom something blocks are left out. */
  bookable: boolean;
  checkedAt: string;
  /** What blocks comes first; then in the order of the visit. */
  reasons: PlacedFinding[];
}

/** Whether a service can be sold, as the provider has its event types now. */
@Injectable()
export class ServiceReadinessCheck {
  constructor(
    private readonly catalogue: ServiceCatalogue,
    private readonly eventTypes: EventTypesService,
    private readonly judge: ServiceJudge,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads all event types at the provider, at the cost of two calls and one for each team.
   *
   * @throws ApiError `SERVICE_NOT_FOUND` before the provider is asked.
   * @throws SchedulingError when the provider could not be read.
   */
  async check(companyId: string, serviceId: string, context?: CallContext): Promise<ServiceReadiness> {
    await this.catalogue.get(companyId, serviceId);
    // Before the question: what it answers is at least as new.
    const checkedAt = new Date(this.clock.now()).toISOString();
    await this.eventTypes.sync(companyId, context);
    const judgement = await this.judge.judge(companyId, serviceId);
    const reasons = placed(judgement);
    return { ready: !reasons.some(({ blocking }) => blocking), bookable: judgement.bookable, checkedAt, reasons };
  }
}

/** Every finding with its place, blocking ones first. */
export function placed({ rows, ofSegments, ofService }: Judgement): PlacedFinding[] {
  const all: PlacedFinding[] = [
    ...ofService,
    ...ofSegments.map(({ segment, finding }) => ({ ...finding, segmentId: segment.id, segmentName: segment.name })),
    ...rows.flatMap(({ segment, member, type, findings }) =>
      findings.map((finding) => ({
        ...finding,
        segmentId: segment.id,
        segmentName: segment.name,
        staffId: member.id,
        staffName: member.name,
        ...(type ? { eventTypeId: type.id } : {}),
      })),
    ),
  ];
  return [...all.filter(({ blocking }) => blocking), ...all.filter(({ blocking }) => !blocking)];
}
