import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import type { Minutes } from '../../scheduling/words';
import type { EventTypeRecord } from '../event-types/event-types.service';
import { CatalogueChanges } from './catalogue-changes';
import type { Judgement, ServiceFacts } from './judgement';
import type { Gap, OnePerson } from './segments';
import { ServiceJudge } from './service-judge';
import { placed } from './service-readiness.service';

export type { Gap, OnePerson } from './segments';

/** Somebody who can be booked for a segment now. */
export interface PlannedStaff {
  /** Ours. */
  staffId: string;
  name: string;
  /** The provider's id of the person. */
  hostId: string;
  /** What books them, as last synced; exactly as long as the segment. */
  eventType: EventTypeRecord;
}

export interface PlannedSegment {
  id: string;
  name: string;
  durationMinutes: Minutes;
  /** Until the next segment begins. `{ minMinutes: 0, maxMinutes: 0 }` where it follows at once, and after the last. */
  gapAfter: Gap;
  /** Whether whoever did this segment may see others in the gap; true where there is no gap. */
  gapFreesStaff: boolean;
  /** In the order in which they are to be asked; those whom something blocks are left out. Empty = nobody. */
  staff: PlannedStaff[];
}

/** What a visit is made of. */
export interface ServicePlan {
  id: string;
  companyId: string;
  name: string;
  /** `required`: all segments by the same person; `preferred`: visits with fewer changes of person come first. */
  onePerson: OnePerson;
  /** Whether bookings may stay pending until a host confirms them; else no event type here asks for that. */
  allowConfirmation: boolean;
  /** Whether somebody can be booked for every segment, and one person for all where that is required. */
  bookable: boolean;
  /** 1 to 6, in the order of the visit; one of them = a simple service. */
  segments: PlannedSegment[];
}

/** Services as other features may know them. */
@Injectable()
export class ServicesService {
  constructor(
    private readonly judge: ServiceJudge,
    private readonly changes: CatalogueChanges,
  ) {}

  /** Heard after every request to this process that may have changed a company's services, staff or maps. */
  onChange(listener: (companyId: string) => void): void {
    this.changes.onChange(listener);
  }

  /**
   * From our own tables alone: no provider is asked.
   *
   * @throws ApiError `SERVICE_NOT_FOUND`, the same for one of another company, a deleted one and none.
   * @throws ApiError `SERVICE_NOT_READY` (`NO_CONNECTION`) for a company without a connection.
   */
  async find(companyId: string, id: string): Promise<ServicePlan> {
    return toPlan(companyId, await this.judge.judge(companyId, id));
  }

  /**
   * A plan that a visit can be booked with.
   *
   * @throws ApiError as {@link find}; `SERVICE_NOT_READY` (`SERVICE_NOT_BOOKABLE`) with the codes of what blocks.
   */
  async findBookable(companyId: string, id: string): Promise<ServicePlan> {
    const judged = await this.judge.judge(companyId, id);
    if (judged.bookable) return toPlan(companyId, judged);
    const blocking = placed(judged).filter((finding) => finding.blocking);
    const reasons = blocking.map(({ code, segmentId, staffId }) => ({ code, segmentId, staffId }));
    throw new ApiError('SERVICE_NOT_READY', { details: { reason: 'SERVICE_NOT_BOOKABLE', reasons } });
  }
}

function toPlan(companyId: string, { service, rows, bookable }: ServiceFacts & Judgement): ServicePlan {
  const { id, name, onePerson, allowConfirmation } = service;
  const segments = service.segments.map((segment) => ({
    id: segment.id,
    name: segment.name,
    durationMinutes: segment.durationMinutes,
    gapAfter: segment.gapAfter ?? { minMinutes: 0, maxMinutes: 0 },
    gapFreesStaff: segment.gapFreesStaff ?? true,
    staff: rows.flatMap((row): PlannedStaff[] => {
      const { member, type } = row;
      if (!row.usable || !type || member.hostId === null || row.segment.id !== segment.id) return [];
      return [{ staffId: member.id, name: member.name, hostId: member.hostId, eventType: type }];
    }),
  }));
  return { id, companyId, name, onePerson, allowConfirmation, bookable, segments };
}
