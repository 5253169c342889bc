import { randomBytes } from 'node:crypto';
import { made } from './http';

/** One company with a key at the provider and what can be booked there. */
export interface Salon {
  secretKey: string;
  providerKey: string;
  /** One host: fixed, claimed by time. */
  single: string;
  /** Three hosts, of whom the answer names one: booked one after another. */
  any?: string;
  lengthMinutes: number;
}

const LENGTH_MINUTES = 15;
const TIME_ZONE = 'Europe/Berlin';

/** Members of the team besides its owner; of no company, because an owner sees what members have. */
const COLLEAGUES = ['colleague-1', 'colleague-2'];

/** Companies with an account each; the first one also owns a team. */
export async function openSalons(service: string, sandbox: string, adminKey: string, count: number): Promise<Salon[]> {
  const salons: Salon[] = [];
  for (let index = 0; index < count; index++) salons.push(await openSalon(service, sandbox, adminKey, `host-${index}`));
  for (const username of COLLEAGUES) await openAccount(sandbox, username);
  const members = ['host-0', ...COLLEAGUES];
  const team = await made('POST', `${sandbox}/_sandbox/teams`, { body: { name: 'Team', slug: 'team', members } });
  const type = { title: 'Any', slug: 'any', lengthInMinutes: LENGTH_MINUTES, schedulingType: 'roundRobin' };
  const [first] = salons;
  await made('POST', `${sandbox}/v2/teams/${team.id}/event-types`, {
    key: first!.providerKey,
    body: { ...type, assignAllTeamMembers: true },
  });
  await made('POST', `${service}/api/event-types/sync`, { key: first!.secretKey });
  const types = await made('GET', `${service}/api/event-types?limit=100`, { key: first!.secretKey });
  first!.any = types.data.find(({ slug }: any) => slug === 'any').id;
  return salons;
}

async function openAccount(sandbox: string, username: string): Promise<string> {
  const key = `cal_${randomBytes(16).toString('hex')}`;
  const person = { name: username, email: `${username}@salon.example`, username, timeZone: TIME_ZONE };
  await made('POST', `${sandbox}/_sandbox/accounts`, { body: { key, ...person } });
  return key;
}

async function openSalon(service: string, sandbox: string, adminKey: string, username: string): Promise<Salon> {
  const providerKey = await openAccount(sandbox, username);
  const admin = (method: string, path: string, body: object) =>
    made(method, `${service}/api/companies${path}`, { key: adminKey, body });
  const settings = { timeZone: TIME_ZONE, locale: 'de-DE', defaultPhoneCountry: 'DE' };
  const company = await admin('POST', '', { name: username, ...settings });
  const connection = { provider: 'calcom-v2', apiKey: providerKey, baseUrl: sandbox };
  await admin('PUT', `/${company.id}/connections`, connection);
  const { key: secretKey } = await admin('POST', `/${company.id}/keys`, { kind: 'secret', name: 'chaos' });
  const type = { title: 'Haircut', slug: 'haircut', lengthMinutes: LENGTH_MINUTES };
  const { id: single } = await made('POST', `${service}/api/event-types`, { key: secretKey, body: type });
  return { secretKey, providerKey, single, lengthMinutes: LENGTH_MINUTES };
}

const DAY_MS = 86_400_000;
const QUARTER_MS = 15 * 60_000;
/** 8:00 to 14:45 UTC is within nine to five in Berlin, in summer and in winter. */
const FIRST_QUARTER = 32;
const QUARTERS = 28;

/** Starts within working hours, one after another, from a Monday at least a week away. */
export class Starts {
  private next = 0;
  private readonly monday: number;

  /** @param fromWeek weeks later than the others, so that two kinds of bookings meet only when they are meant to. */
  constructor(fromWeek = 0) {
    const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    const daysToMonday = (8 - new Date(today).getUTCDay()) % 7;
    this.monday = today + (daysToMonday + 7 + fromWeek * 7) * DAY_MS;
  }

  fresh(): number {
    return this.at(this.next++);
  }

  private at(index: number): number {
    const day = Math.floor(index / QUARTERS);
    const days = Math.floor(day / 5) * 7 + (day % 5);
    return this.monday + days * DAY_MS + (FIRST_QUARTER + (index % QUARTERS)) * QUARTER_MS;
  }
}
