import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { SynchronisationService } from '../../../src/features/synchronisation/synchronisation.service';
import { startAt } from '../../fixtures/bookings/desk';
import type { TimedSegment } from '../../fixtures/services/field-notes';
import type { Salon } from '../../fixtures/services/salon';
import { eventually } from '../../fixtures/webhooks/eventually';
import { ProviderSide } from '../../fixtures/webhooks/provider-side';
import type { Story } from './story';

/** Gaps as long as they are short, so that the first start says all of them. */
const SEGMENTS: TimedSegment[] = [
  { name: 'Colour', durationMinutes: 30, gapAfter: { minMinutes: 30, maxMinutes: 30 } },
  { name: 'Wash', durationMinutes: 15 },
  { name: 'Cut', durationMinutes: 45 },
];
const GRID_MINUTES = 15;
/** The deadline of three segments, and the settle windows of what is undone. */
const PATIENCE_MS = 60_000;

type Told = Pick<Story, 'segments' | 'asksForConfirmation'>;

/** A booking at the provider, of one segment. */
export interface Held {
  uid: string;
  segment: number;
  /** The provider's number. */
  eventTypeId: number;
  email: string;
  startMs: number;
  endMs: number;
  isLive: boolean;
  /** What it was before it was moved. */
  fromUid?: string;
  /** Its host has not said yes yet. */
  isPending: boolean;
}

/** What one life has for itself: a service of a salon, and a day of its calendar. */
export class Room {
  readonly name = randomUUID().slice(0, 8);
  readonly host: ProviderSide;

  private constructor(
    readonly salon: Salon,
    private readonly day: number,
    readonly sold: any,
    /** The segment that is booked by an event type, by the provider's number. */
    private readonly segmentOf: ReadonlyMap<number, number>,
  ) {
    // With the key of an account whose calls no fault is aimed at.
    this.host = new ProviderSide(salon.service, salon.jonas.account);
  }

  static async open(salon: Salon, day: number, { segments, asksForConfirmation }: Told): Promise<Room> {
    const sold = await salon.sells('Colour and cut', SEGMENTS.slice(0, segments), {
      allowConfirmation: asksForConfirmation,
    });
    const types = sold.segments.flatMap(({ id: segmentId, durationMinutes }: any, segment: number) =>
      [salon.maria, salon.jonas].map(async (person) => {
        const { id: eventTypeId, providerId } = await salon.typeOf(person, durationMinutes, {
          ...{ slotIntervalMinutes: GRID_MINUTES, requiresConfirmation: asksForConfirmation && segment === 0 },
        });
        return { segment, providerId, map: { segmentId, staffId: person.id, eventTypeId } };
      }),
    );
    const made: any[] = await Promise.all(types);
    await salon.ok('PUT', `/api/services/${sold.id}/event-type-maps`, { maps: made.map(({ map }) => map) });
    return new Room(salon, day, sold, new Map(made.map(({ providerId, segment }) => [Number(providerId), segment])));
  }

  email(visitor: number): string {
    return `visitor-${visitor}.${this.name}@customer.example`;
  }

  /** `cast`: who does it, the first person all of it, the second, the two in turn, or nobody in particular. */
  choice(slot: number, cast: number): { start: string; staff?: { segmentId: string; staffId: string }[] } {
    const start = startAt(this.day, 9, 0);
    const atMs = Date.parse(start) + slot * GRID_MINUTES * 60_000;
    const chosen = { start: new Date(atMs).toISOString() };
    if (cast === 3) return chosen;
    const { maria, jonas } = this.salon;
    const staff = this.sold.segments.map(({ id: segmentId }: any, index: number) => {
      return { segmentId, staffId: ((cast === 2 ? index : cast) % 2 === 0 ? maria : jonas).id };
    });
    return { ...chosen, staff };
  }

  /** All visits of its service, as the API tells them. */
  async visits(status?: string): Promise<any[]> {
    const query = new URLSearchParams({ serviceId: this.sold.id, limit: '100', ...(status ? { status } : {}) });
    return (await this.salon.ok('GET', `/api/composite-bookings?${query}`)).data;
  }

  /** All that the provider has of its segments, cancelled ones too. */
  async held(): Promise<Held[]> {
    const { service, maria, jonas } = this.salon;
    const found = new Map<string, Held>();
    for (const { account } of [maria, jonas]) {
      const query = `key=${encodeURIComponent(account.providerKey)}`;
      for (const each of (await service.sandboxCall('GET', `/_sandbox/bookings?${query}`)).body) {
        const { uid, eventTypeId, status, start, end, fromUid } = each;
        const segment = this.segmentOf.get(eventTypeId);
        if (segment === undefined) continue;
        const times = { startMs: Date.parse(start), endMs: Date.parse(end) };
        const isPending = status === 'pending';
        const states = { isLive: isPending || status === 'accepted', isPending };
        found.set(uid, { uid, fromUid, segment, eventTypeId, ...times, email: each.attendees[0].email, ...states });
      }
    }
    return [...found.values()];
  }

  /** Until no work of ours is open, and no webhook waits. */
  async rest(): Promise<void> {
    const { companyId } = this.salon.company;
    const database = this.salon.service.app.get(DataSource);
    const open = `select kind, status from sagas where company_id = $1 and status in ('running', 'compensating')`;
    const sagas = (): Promise<unknown[]> => database.query<unknown[]>(open, [companyId]);
    const webhooks = async (): Promise<unknown[]> =>
      (await this.salon.ok('GET', '/api/webhooks/deliveries?status=received')).data;
    // A webhook may begin new work, and that may bring more webhooks.
    const look = async (): Promise<unknown[]> => {
      for (const left of [sagas, webhooks, sagas]) {
        const found = await left();
        if (found.length > 0) return found;
      }
      return [];
    };
    await eventually(look, ({ length }) => length === 0, PATIENCE_MS);
  }

  /** What no webhook has told is found by a look at the provider. */
  async synchronise(): Promise<void> {
    const looks = this.salon.service.app.get(SynchronisationService);
    const look = () => looks.sweepBookings(this.salon.company.connectionId);
    await eventually(look, (report) => report?.outcome === 'done');
  }
}
