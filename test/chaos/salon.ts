import { randomBytes } from 'node:crypto';
import { made } from './http';
import { type Sold, sellVisits } from './sold';
import { type Person, teamUp } from './team';

/** One company with a key at the provider and what can be booked there. */
export interface Salon {
  secretKey: string;
  providerKey: string;
  /** One host: fixed, claimed by time. */
  single: string;
  /** Three hosts, of whom the answer names one: booked one after another. */
  any?: string;
  /** Who does the segments of visits; the owner hosts the single type as well. */
  staff: Person[];
  /** Visits of two segments and more. */
  visits: Sold[];
}

export interface Servers {
  service: string;
  sandbox: string;
  adminKey: string;
}

export const LENGTH_MINUTES = 15;
const TIME_ZONE = 'Europe/Berlin';
/** Members of a team besides its owner; of no company, because an owner sees what members have. */
const COLLEAGUES = 2;

/** Companies with an account and a team each. */
export async function openSalons(servers: Servers, count: number): Promise<Salon[]> {
  const salons: Salon[] = [];
  for (let index = 0; index < count; index++) salons.push(await openSalon(servers, index));
  return salons;
}

async function openSalon(servers: Servers, index: number): Promise<Salon> {
  const { service, sandbox } = servers;
  const owner = `host-${index}`;
  const account = await openAccount(sandbox, owner);
  const { key: providerKey } = account;
  const secretKey = await openCompany(servers, owner, providerKey);
  const type = { title: 'Haircut', slug: 'haircut', lengthMinutes: LENGTH_MINUTES };
  const { id: single } = await made('POST', `${service}/api/event-types`, { key: secretKey, body: type });
  const people = [account];
  for (let place = 1; place <= COLLEAGUES; place++) people.push(await openAccount(sandbox, `${owner}-${place}`));
  const { teamId, staff } = await teamUp(servers, secretKey, people);
  // Only the first one has it, so that most single bookings do not wait for turns.
  const any = index === 0 ? { any: await anyOf(servers, { secretKey, providerKey, teamId }) } : {};
  const visits = await sellVisits(service, secretKey, { teamId, staff, index });
  return { secretKey, providerKey, single, ...any, staff, visits };
}

interface Account {
  id: number;
  key: string;
  username: string;
}

async function openAccount(sandbox: string, username: string): Promise<Account> {
  const key = `cal_${randomBytes(16).toString('hex')}`;
  const person = { name: username, email: `${username}@salon.example`, username, timeZone: TIME_ZONE };
  const { id } = await made('POST', `${sandbox}/_sandbox/accounts`, { body: { key, ...person } });
  return { id, key, username };
}

async function openCompany({ service, sandbox, adminKey }: Servers, name: string, apiKey: string): Promise<string> {
  const admin = (method: string, path: string, body: object) =>
    made(method, `${service}/api/companies${path}`, { key: adminKey, body });
  const settings = { timeZone: TIME_ZONE, locale: 'de-DE', defaultPhoneCountry: 'DE' };
  const company = await admin('POST', '', { name, ...settings });
  await admin('PUT', `/${company.id}/connections`, { provider: 'calcom-v2', apiKey, baseUrl: sandbox });
  return (await admin('POST', `/${company.id}/keys`, { kind: 'secret', name: 'chaos' })).key;
}

/** A round-robin type of the whole team. */
async function anyOf(
  { service, sandbox }: Servers,
  { secretKey, providerKey, teamId }: { secretKey: string; providerKey: string; teamId: string },
): Promise<string> {
  const type = { title: 'Any', slug: 'any', lengthInMinutes: LENGTH_MINUTES, schedulingType: 'roundRobin' };
  const body = { ...type, assignAllTeamMembers: true };
  await made('POST', `${sandbox}/v2/teams/${teamId}/event-types`, { key: providerKey, body });
  await made('POST', `${service}/api/event-types/sync`, { key: secretKey });
  const types = await made('GET', `${service}/api/event-types?limit=100`, { key: secretKey });
  return types.data.find(({ slug }: any) => slug === 'any').id;
}
