import { randomBytes } from 'node:crypto';
import { made } from '../chaos/http';
import type { CrashCase, Fault } from './cases';

const TIME_ZONE = 'Europe/Berlin';
const SEGMENT_MINUTES = 15;
const SEGMENTS_MIN = 2;
const SEGMENTS_MAX = 4;
const DAY_MS = 86_400_000;
/** Within nine to five in Berlin, in summer and in winter. */
const FIRST_HOUR_UTC = 8;

export interface Place {
  service: string;
  sandbox: string;
  adminKey: string;
}

/** One company with one account at the provider, for one case at a time: faults are ordered for its key alone. */
export class Salon {
  private orders: number[] = [];
  private nextDay = firstDayMs();

  private constructor(
    readonly companyId: string,
    readonly secretKey: string,
    private readonly providerKey: string,
    private readonly services: Map<string, string>,
    private readonly sandbox: string,
  ) {}

  /** Sells visits of two to four segments by one person, with a gap after the first. */
  static async open({ service, sandbox, adminKey }: Place, username: string): Promise<Salon> {
    const providerKey = `cal_${randomBytes(16).toString('hex')}`;
    const person = { name: username, email: `${username}@salon.example`, username, timeZone: TIME_ZONE };
    await made('POST', `${sandbox}/_sandbox/accounts`, { body: { key: providerKey, ...person } });
    const admin = (method: string, path: string, body: object) =>
      made(method, `${service}/api/companies${path}`, { key: adminKey, body });
    const settings = { timeZone: TIME_ZONE, locale: 'de-DE', defaultPhoneCountry: 'DE' };
    const company = await admin('POST', '', { name: username, ...settings });
    const connection = { provider: 'calcom-v2', apiKey: providerKey, baseUrl: sandbox };
    await admin('PUT', `/${company.id}/connections`, connection);
    const { key } = await admin('POST', `/${company.id}/keys`, { kind: 'secret', name: 'crash matrix' });
    const services = await sellVisits((method, path, body) => made(method, `${service}/api/${path}`, { key, body }));
    return new Salon(company.id, key, providerKey, services, sandbox);
  }

  serviceOf({ segments, isAsked = false }: Pick<CrashCase, 'segments' | 'isAsked'>): string {
    return this.services.get(titleOf(segments, isAsked))!;
  }

  /** When a visit of its own working day begins, milliseconds. */
  freshStart(): number {
    const start = this.nextDay;
    do this.nextDay += DAY_MS;
    while ([0, 6].includes(new Date(this.nextDay).getUTCDay()));
    return start;
  }

  /** Everything that the provider has of this account, without the API's rules. */
  atProvider(): Promise<any[]> {
    return made('GET', `${this.sandbox}/_sandbox/bookings?key=${encodeURIComponent(this.providerKey)}`);
  }

  async order(faults: Fault[]): Promise<void> {
    for (const { at, ...fault } of faults) {
      const { operation } = fault;
      if (at > 1) await this.orderOne({ operation, scenario: 'pass', times: at - 1 });
      await this.orderOne(fault);
    }
  }

  async forgetOrders(): Promise<void> {
    for (const id of this.orders) await made('DELETE', `${this.sandbox}/_sandbox/scenarios/${id}`);
    this.orders = [];
  }

  private async orderOne(body: object): Promise<void> {
    const order = { ...body, key: this.providerKey };
    const { id } = await made('POST', `${this.sandbox}/_sandbox/scenarios`, { body: order });
    this.orders.push(id);
  }
}

type Api = (method: string, path: string, body?: object) => Promise<any>;

/** By title. */
async function sellVisits(api: Api): Promise<Map<string, string>> {
  const { providerId: hostId } = await api('GET', 'me');
  const { id: staffId } = await api('POST', 'staff', { name: 'Maria', hostId });
  const sold = new Map<string, string>();
  const types = await makeTypes(api, SEGMENTS_MAX, false);
  const asking = await makeTypes(api, SEGMENTS_MIN, true);
  for (let count = SEGMENTS_MIN; count <= SEGMENTS_MAX; count++) {
    sold.set(titleOf(count, false), await sellVisit(api, staffId, types.slice(0, count), false));
  }
  sold.set(titleOf(SEGMENTS_MIN, true), await sellVisit(api, staffId, asking, true));
  return sold;
}

async function makeTypes(api: Api, count: number, isAsked: boolean): Promise<string[]> {
  const made: string[] = [];
  for (let index = 0; index < count; index++) {
    const title = `Part ${index}${isAsked ? ' on request' : ''}`;
    const slug = title.toLowerCase().replaceAll(' ', '-');
    const type = { title, slug, lengthMinutes: SEGMENT_MINUTES, requiresConfirmation: isAsked };
    made.push((await api('POST', 'event-types', type)).id);
  }
  return made;
}

async function sellVisit(api: Api, staffId: string, types: string[], isAsked: boolean): Promise<string> {
  const segments = types.map((_, index) => ({
    name: `Part ${index}`,
    durationMinutes: SEGMENT_MINUTES,
    staffIds: [staffId],
    ...(index === 0 ? { gapAfter: { minMinutes: 15, maxMinutes: 30 } } : {}),
  }));
  const service = await api('POST', 'services', {
    name: titleOf(types.length, isAsked),
    segments,
    allowConfirmation: isAsked,
  });
  const maps = types.map((eventTypeId, index) => ({ segmentId: service.segments[index].id, staffId, eventTypeId }));
  await api('PUT', `services/${service.id}/event-type-maps`, { maps });
  return service.id;
}

function titleOf(segments: number, isAsked: boolean): string {
  return `Visit of ${segments}${isAsked ? ' on request' : ''}`;
}

/** A Monday at least a week away. */
function firstDayMs(): number {
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const daysToMonday = (8 - new Date(today).getUTCDay()) % 7;
  return today + (daysToMonday + 7) * DAY_MS + FIRST_HOUR_UTC * 3_600_000;
}
