import type { SandboxClient } from '../contract/fidelity/sandbox-client';

/** Some Monday that is over, and the time of the sandbox's clock at which it can still be booked. */
const WEEK_MS = 7 * 86_400_000;
export const PAST_MONDAY_MS = mondayBefore(Date.now() - 2 * WEEK_MS) + 10 * 3_600_000;
export const CLOCK_BACK_MS = 4 * WEEK_MS;
/** Some Monday to come, at ten, within working hours and booking windows. */
export const MONDAY_MS = mondayBefore(Date.now() + 3 * WEEK_MS) + 10 * 3_600_000;
export const HOUR_MS = 3_600_000;

const BOOKINGS = '2024-08-13';
const EVENT_TYPES = '2024-06-14';
const SLOTS = '2024-09-04';

function mondayBefore(ms: number): number {
  const midnight = ms - (ms % 86_400_000);
  return midnight - ((new Date(midnight).getUTCDay() + 6) % 7) * 86_400_000;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** One account of its own at the sandbox, looked at and set up by a client that has nothing to do with ours. */
export class Desk {
  private constructor(
    private readonly client: SandboxClient,
    readonly key: string,
    readonly username: string,
  ) {}

  static async open(client: SandboxClient, name: string): Promise<Desk> {
    const account = { key: `cal_${name}`, username: name, name, email: `${name}@desk.example`, timeZone: 'UTC' };
    await client.control('POST', '/_sandbox/accounts', account);
    return new Desk(client, account.key, name);
  }

  /** Without notice, so that any start of working hours can be booked. */
  async eventType(more: Record<string, unknown> = {}): Promise<string> {
    const body = { title: 'Cut', slug: 'cut', lengthInMinutes: 30, minimumBookingNotice: 0, ...more };
    const { id } = await this.api('POST', '/event-types', { version: EVENT_TYPES, body });
    return String(id);
  }

  async team(): Promise<string> {
    const team = { name: 'Salon', slug: `salon-${this.username}`, members: [this.username] };
    return String((await this.client.control('POST', '/_sandbox/teams', team)).id);
  }

  async teamEventType(teamId: string): Promise<string> {
    const body = { title: 'Any', slug: 'any', lengthInMinutes: 30, schedulingType: 'roundRobin' };
    const path = `/teams/${teamId}/event-types`;
    return String((await this.api('POST', path, { body: { ...body, assignAllTeamMembers: true } })).id);
  }

  async booking(eventTypeId: string, startMs = MONDAY_MS): Promise<string> {
    const attendee = { name: 'Ada', email: 'ada@mail.example', timeZone: 'UTC' };
    const body = { eventTypeId: Number(eventTypeId), start: iso(startMs), attendee };
    return (await this.api('POST', '/bookings', { version: BOOKINGS, body })).uid;
  }

  async reservation(eventTypeId: string): Promise<string> {
    const body = { eventTypeId: Number(eventTypeId), slotStart: iso(MONDAY_MS), reservationDuration: 600 };
    return (await this.api('POST', '/slots/reservations', { version: SLOTS, body })).reservationUid;
  }

  async webhook(path: string, url: string): Promise<string> {
    const body = { active: true, subscriberUrl: url, triggers: ['BOOKING_CREATED'], secret: 'a-secret-of-the-run' };
    return (await this.api('POST', path, { body })).id;
  }

  /** The truth about this account's bookings. */
  bookings(): Promise<any[]> {
    return this.client.control('GET', `/_sandbox/bookings?key=${this.key}`);
  }

  async bookingOf(uid: string): Promise<any> {
    return (await this.bookings()).find((booking) => booking.uid === uid);
  }

  eventTypes(): Promise<any[]> {
    return this.api('GET', '/event-types', { version: EVENT_TYPES });
  }

  list(path: string): Promise<any[]> {
    return this.api('GET', path, {});
  }

  reservationOf(uid: string): Promise<unknown> {
    return this.api('GET', `/slots/reservations/${uid}`, { version: SLOTS });
  }

  async isOffered(eventTypeId: string, startMs: number): Promise<boolean> {
    const [start, end] = [iso(startMs), iso(startMs + HOUR_MS)];
    const path = `/slots?eventTypeId=${eventTypeId}&start=${start}&end=${end}`;
    const days: Record<string, { start: string }[]> = await this.api('GET', path, { version: SLOTS });
    return Object.values(days)
      .flat()
      .some((slot) => Date.parse(slot.start) === startMs);
  }

  /** How many calls of one operation have come in with this account's key. */
  async arrivals(operation: string): Promise<number> {
    return (await this.client.control('GET', `/_sandbox/calls?key=${this.key}&operation=${operation}`)).length;
  }

  private api(method: string, path: string, { version, body }: { version?: string; body?: unknown }): Promise<any> {
    return this.client.ok({ method, path: `/v2${path}`, version, account: this.key, body });
  }
}
