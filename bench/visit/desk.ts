import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { attendee, control, post } from '../booking/desk';
import { call, openSalon, type Salon } from '../pace-run/salon';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Colour, wash and cut in one: what counts here is that it is three. */
const SEGMENTS = 3;
const SEGMENT_MINUTES = 15;
const GAP_MINUTES = 15;
/** One visit an hour until 15 o'clock UTC, which is within working hours in Berlin all year. */
const FIRST_HOUR_UTC = 8;
const VISITS_A_DAY = 7;

/** How late the provider is, and with which calls; its effects are as late. */
export interface Lateness {
  ms: number;
  calls: 'bookings' | 'all';
}

/** The same visit in two ways: by three calls to the provider itself, one after another, and through the service. */
export interface VisitDesk {
  direct: () => Promise<void>;
  through: () => Promise<void>;
  delay(lateness: Lateness): Promise<void>;
  /** Somebody looks at the days that come next, as people do before they book. */
  look(days: number): Promise<void>;
  close(): void;
}

export async function openVisitDesk(service: string, sandbox: string, adminKey: string): Promise<VisitDesk> {
  await control(sandbox, 'PUT', '/settings', { rateLimit: null });
  const salon = await openSalon(service, sandbox, adminKey);
  const api = apiOf(service, salon);
  const types = await makeTypes(api);
  const serviceId = await sell(api, types);
  const bare = await bareSalon(sandbox);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [directly, throughUs] = [new Starts(), new Starts()];
  return {
    direct: async () => {
      const startMs = directly.next();
      const person = attendee();
      // Last segment first, as the service does it.
      for (let place = SEGMENTS - 1; place >= 0; place--) {
        const start = new Date(startMs + offsetMinutes(place) * MINUTE_MS).toISOString();
        const metadata = { slotbridgeRef: randomBytes(16).toString('hex'), slotbridgeDeployment: 'bench' };
        const body = { eventTypeId: bare.typeIds[place], start, attendee: person, metadata };
        await post(`${sandbox}/v2/bookings`, bare.key, { 'cal-api-version': '2024-08-13' }, body, agent);
      }
    },
    through: () => {
      const headers = { 'idempotency-key': randomBytes(12).toString('hex'), prefer: 'wait=20' };
      const body = { serviceId, start: new Date(throughUs.next()).toISOString(), customer: attendee() };
      return post(`${service}/api/composite-bookings`, salon.secretKey, headers, body, agent);
    },
    delay: async ({ ms, calls }) => {
      await control(sandbox, 'DELETE', '/scenarios');
      const operation = calls === 'bookings' ? { operation: 'bookings.create' } : {};
      if (ms > 0)
        await control(sandbox, 'POST', '/scenarios', { scenario: 'slow', delayMs: ms, times: 10_000, ...operation });
    },
    look: async (days) => {
      const from = throughUs.peek();
      const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
      const query = `start=${day(from)}&end=${day(from + days * DAY_MS)}`;
      await api('GET', `services/${serviceId}/composite-availability?${query}`);
    },
    close: () => agent.destroy(),
  };
}

type Api = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>;

function apiOf(service: string, { secretKey: key }: Salon): Api {
  return async (method, path, body) => {
    const answer = await call(method, `${service}/api/${path}`, { key, ...(body ? { body } : {}) });
    if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
}

async function makeTypes(api: Api): Promise<string[]> {
  const made: string[] = [];
  for (let place = 0; place < SEGMENTS; place++) {
    const type = { title: `Part ${place}`, slug: `part-${place}`, lengthMinutes: SEGMENT_MINUTES };
    made.push(String((await api('POST', 'event-types', type)).id));
  }
  return made;
}

async function sell(api: Api, types: string[]): Promise<string> {
  const { providerId: hostId } = await api('GET', 'me');
  const { id: staffId } = await api('POST', 'staff', { name: 'Maria', hostId });
  const segments = types.map((_, place) => ({
    name: `Part ${place}`,
    durationMinutes: SEGMENT_MINUTES,
    staffIds: [staffId],
    ...(place === 0 ? { gapAfter: { minMinutes: GAP_MINUTES, maxMinutes: GAP_MINUTES } } : {}),
  }));
  const sold = await api('POST', 'services', { name: 'Visit', segments });
  const own = sold.segments as { id: string }[];
  const maps = types.map((eventTypeId, place) => ({ segmentId: own[place]!.id, staffId, eventTypeId }));
  await api('PUT', `services/${String(sold.id)}/event-type-maps`, { maps });
  return String(sold.id);
}

/** An account of its own with the same types: neither way takes up the other's time. */
async function bareSalon(sandbox: string): Promise<{ key: string; typeIds: number[] }> {
  const key = `cal_${randomBytes(16).toString('hex')}`;
  const person = { name: 'Jonas', email: 'jonas@salon.example', username: 'jonas', timeZone: 'Europe/Berlin' };
  await control(sandbox, 'POST', '/accounts', { key, ...person });
  const typeIds: number[] = [];
  for (let place = 0; place < SEGMENTS; place++) {
    const type = { title: `Part ${place}`, slug: `part-${place}`, lengthInMinutes: SEGMENT_MINUTES };
    const answer = await fetch(`${sandbox}/v2/event-types`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'cal-api-version': '2024-06-14', 'content-type': 'application/json' },
      body: JSON.stringify(type),
    });
    const { data } = (await answer.json()) as { data: { id: number } };
    typeIds.push(data.id);
  }
  return { key, typeIds };
}

function offsetMinutes(place: number): number {
  return place * SEGMENT_MINUTES + (place > 0 ? GAP_MINUTES : 0);
}

/** One after another, on working days from the day after tomorrow on, so that no notice is in the way. */
class Starts {
  private readonly days: number[] = [];
  private index = 0;

  next(): number {
    const start = this.peek();
    this.index++;
    return start;
  }

  /** The next one, which stays the next one. */
  peek(): number {
    const day = Math.floor(this.index / VISITS_A_DAY);
    const first = (this.days.at(-1) ?? Math.floor(Date.now() / DAY_MS) + 1) + 1;
    for (let next = first; this.days.length <= day; next++) {
      if (![0, 6].includes(new Date(next * DAY_MS).getUTCDay())) this.days.push(next);
    }
    return this.days[day]! * DAY_MS + (FIRST_HOUR_UTC + (this.index % VISITS_A_DAY)) * 3_600_000;
  }
}
