import type { VisitPart } from '../../src/features/availability/composite/visit-offers.service';
import type { EventTypeRecord } from '../../src/features/event-types/event-types.service';
import type { ServicePlan } from '../../src/features/services/services.service';

export const COMPANY = 'company';
export const CONNECTION = 'connection';
export const MINUTE_MS = 60_000;
/** Far enough ahead of the virtual clock; visits begin on a grid of a quarter of an hour from here. */
const FIRST_MS = 100 * 24 * 60 * MINUTE_MS;
const GRID_MINUTES = 15;
const STAFF = ['maria', 'jonas'] as const;

/** Lengths and gaps of the segments, minutes; the first so many of them are a visit. */
const SEGMENTS = [
  { minutes: 30, gap: 30, gapFreesStaff: true },
  { minutes: 15, gap: 0, gapFreesStaff: true },
  { minutes: 45, gap: 15, gapFreesStaff: false },
  { minutes: 15, gap: 0, gapFreesStaff: true },
];

/** A service with its event types: one for each person and segment. */
export class ImaginedSalon {
  readonly plan: ServicePlan;
  readonly types = new Map<string, { record: EventTypeRecord; host: string; segment: number }>();

  constructor(
    readonly segments: number,
    asksForConfirmation: boolean,
  ) {
    this.plan = {
      id: 'service',
      companyId: COMPANY,
      name: 'Colour and cut',
      onePerson: 'none',
      allowConfirmation: asksForConfirmation,
      bookable: true,
      segments: SEGMENTS.slice(0, segments).map(({ minutes, gap, gapFreesStaff }, at) => ({
        id: `segment ${at}`,
        name: `Segment ${at}`,
        durationMinutes: minutes,
        gapAfter: { minMinutes: gap, maxMinutes: gap },
        gapFreesStaff,
        staff: STAFF.map((name) => {
          const eventType = this.typeOf(name, at, minutes, asksForConfirmation && at === 0);
          return { staffId: name, name, hostId: name, eventType };
        }),
      })),
    } as unknown as ServicePlan;
  }

  /** Who does which segment: the first person all of it, the second, or the two in turn. */
  parts(slot: number, cast: number): VisitPart[] {
    let atMs = FIRST_MS + slot * GRID_MINUTES * MINUTE_MS;
    return this.plan.segments.map(({ id: segmentId, name, staff, durationMinutes, gapAfter }, index) => {
      const { staffId, name: staffName, eventType } = staff[cast < 2 ? cast : index % 2]!;
      const [startMs, endMs] = [atMs, atMs + durationMinutes * MINUTE_MS];
      atMs = endMs + gapAfter.minMinutes * MINUTE_MS;
      return { segmentId, name, staffId, staffName, eventType, startMs, endMs };
    });
  }

  private typeOf(host: string, segment: number, minutes: number, requiresConfirmation: boolean): EventTypeRecord {
    const id = `type of ${host} for ${segment}`;
    const record = {
      ...{ id, companyId: COMPANY, connectionId: CONNECTION, providerId: id, title: id, slug: id },
      lengthMinutes: minutes,
      definition: { beforeBufferMinutes: 0, afterBufferMinutes: 0, requiresConfirmation, hosts: [{ id: host }] },
    } as unknown as EventTypeRecord;
    this.types.set(id, { record, host, segment });
    return record;
  }
}
