import { Injectable } from '@nestjs/common';
import { ApiError, invalidField } from '../../../foundation/errors/api-error';
import { ExplainService } from '../../availability/explain/explain.service';
import {
  firstStartOf,
  type VisitOption,
  VisitOffers,
  type VisitPart,
} from '../../availability/composite/visit-offers.service';
import { Attendees } from '../../bookings/attendees.service';
import { type ServicePlan, ServicesService } from '../../services/services.service';
import type { AgreedSegment } from '../visit';
import { VisitAlternatives } from './visit-alternatives';
import { isPossible, shifted } from '../changing/visit-shift';
import type { VisitChoice } from './visit-work';

type Details = Record<string, unknown>;

/** In whose name a choice is looked at. */
export interface Looking {
  timeZone: string;
  correlationId?: string;
  /** The caller's patience, `performance.now()`. */
  untilMs: number;
  /** The company itself may see ids and the times of other bookings. */
  isTrusted: boolean;
}

/** Finds out what is asked for: segments come from the service, never from the caller. */
@Injectable()
export class VisitIntake {
  constructor(
    readonly attendees: Attendees,
    private readonly services: ServicesService,
    private readonly offers: VisitOffers,
    private readonly alternatives: VisitAlternatives,
    private readonly explanations: ExplainService,
  ) {}

  /** @throws ApiError `SERVICE_NOT_FOUND`, `SERVICE_NOT_READY` with every reason. */
  plan(companyId: string, serviceId: string): Promise<ServicePlan> {
    return this.services.findBookable(companyId, serviceId);
  }

  /**
   * The way in which the visit is to be done.
   *
   * @throws ApiError `VALIDATION_ERROR` for staff or segments that the service does not have, and `SLOT_UNAVAILABLE`
   *   (`NOT_OFFERED`) with alternatives when it cannot be had as asked for, not even by what the provider says now.
   */
  async chosen(plan: ServicePlan, choice: VisitChoice, looking: Looking): Promise<VisitOption> {
    assertStaff(plan, choice.staff);
    const { correlationId } = looking;
    const context = correlationId === undefined ? {} : { correlationId };
    const { optionId, startMs } = choice;
    const option =
      optionId === undefined
        ? await this.offers.at(plan, startMs!, choice.staff, context)
        : await this.offers.option(plan, optionId, context);
    if (option) return option;
    const alternatives = await this.alternatives.near(plan, startMs ?? firstStartOf(optionId!), looking);
    throw new ApiError('SLOT_UNAVAILABLE', { details: { reason: 'NOT_OFFERED', alternatives } });
  }

  /**
   * The way in which a visit gets a new time: by the same people where that is possible, also where its own segments are
   * in the way, for these are moved. Throws as {@link chosen}.
   *
   * @param segments `standing`: where their bookings are.
   */
  async moved(
    plan: ServicePlan,
    { agreed, standing }: Record<'agreed' | 'standing', AgreedSegment[]>,
    choice: VisitChoice,
    looking: Looking,
  ): Promise<VisitPart[]> {
    const { startMs, staff } = choice;
    if (startMs === undefined || staff.size > 0) return (await this.chosen(plan, choice, looking)).parts;
    const { correlationId } = looking;
    const context = correlationId === undefined ? {} : { correlationId };
    const same = new Map(agreed.map(({ segmentId, staffId }) => [segmentId, staffId]));
    const option = await this.offers.at(plan, startMs, same, context);
    if (option) return option.parts;
    const shift = shifted(plan, agreed, startMs);
    const isFree = shift && (await this.offers.freeNow(plan, startMs, shift.endMs, context));
    if (isFree && isPossible(shift.parts, standing, isFree)) return shift.parts;
    return (await this.chosen(plan, choice, looking)).parts;
  }

  /**
   * What is told of a visit that cannot be had as these parts: why, in the words of explain where a segment is named, and
   * up to three whole visits near it.
   */
  async unavailable(plan: ServicePlan, parts: readonly VisitPart[], details: Details, looking: Looking) {
    const { reason, segment } = details as { reason?: string; segment?: { index: number } };
    const refused = segment && parts[segment.index];
    const [reasons, alternatives] = await Promise.all([
      refused && this.explanations.refused(reason ?? 'CLAIMED', { ...refused, isTrusted: looking.isTrusted }),
      this.alternatives.near(plan, parts[0]!.startMs, looking),
    ]);
    const said = { ...details, reason: reason ?? 'CLAIMED', ...(reasons ? { reasons } : {}), alternatives };
    return new ApiError('SLOT_UNAVAILABLE', { details: said });
  }
}

function assertStaff({ segments }: ServicePlan, staff: ReadonlyMap<string, string>): void {
  for (const [index, [segmentId, staffId]] of [...staff].entries()) {
    const segment = segments.find(({ id }) => id === segmentId);
    if (!segment) throw invalidField(`staff.${index}.segmentId`, 'is no segment of this service');
    if (!segment.staff.some((person) => person.staffId === staffId)) {
      throw invalidField(`staff.${index}.staffId`, 'cannot be booked for this segment');
    }
  }
}
