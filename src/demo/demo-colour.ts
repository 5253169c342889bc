import type { DemoState } from './demo-data';
import type { JsonCall } from './demo-http';

/** A root colour as hairdressers do it: the colour works for 30 to 45 minutes, in which the stylist sees others. */
const ROOT_COLOUR = [
  { name: 'Colour', durationMinutes: 30, gapAfter: { minMinutes: 30, maxMinutes: 45 } },
  { name: 'Wash', durationMinutes: 15 },
  { name: 'Cut', durationMinutes: 30 },
  { name: 'Blow-dry', durationMinutes: 30 },
];

export const MARIA = { username: 'maria-lindner', name: 'Maria Lindner', email: 'maria@salon.example' };
const JONAS = { username: 'jonas-weber', name: 'Jonas Weber', email: 'jonas@salon.example' };
const TEAM = { name: 'Salon Lindner', slug: 'salon-lindner' };

interface Named {
  id: string;
  name: string;
}
interface SoldService extends Named {
  segments: (Named & { durationMinutes: number })[];
}
interface Staff extends Named {
  hostId: string;
}
type CompanyCall = <T>(method: string, path: string, body?: object) => Promise<T>;

/**
 * Makes what the salon sells beside haircuts: a root colour of four segments, by Maria or Jonas, with an event type for
 * each of them in each segment. Done again after an interruption it goes on where it was. Gives the service's id.
 */
export async function seedColour(call: JsonCall, state: DemoState): Promise<string> {
  const api: CompanyCall = (method, path, body) => call(method, `${state.apiUrl}/api/${path}`, body, state.secretKey);
  const teamId = await foundTeam(call, state);
  const staff = await employ(api);
  const service = await sell(api, staff);
  const maps = [];
  for (const { id: segmentId, name, durationMinutes } of service.segments) {
    for (const person of staff) {
      const slug = `${name.toLowerCase()}-${person.name.split(' ')[0]!.toLowerCase()}-${state.companyId.slice(0, 8)}`;
      const type = { title: `${name} (${person.name})`, slug, lengthMinutes: durationMinutes };
      const ofTeam = { teamId, schedulingType: 'collective', hostIds: [person.hostId] };
      // The account's own types need no registration of their own for webhooks, so Maria's are not the team's.
      const eventTypeId = await ensureType(api, person.name === MARIA.name ? type : { ...type, ...ofTeam });
      maps.push({ segmentId, staffId: person.id, eventTypeId });
    }
  }
  await api('PUT', `services/${service.id}/event-type-maps`, { maps });
  return service.id;
}

async function foundTeam(call: JsonCall, { sandboxUrl, providerKey }: DemoState): Promise<string> {
  const jonas = { key: `${providerKey}_jonas`, ...JONAS, timeZone: 'Europe/Berlin' };
  await call('POST', `${sandboxUrl}/_sandbox/accounts`, jonas);
  const members = [MARIA.username, JONAS.username];
  return String((await call('POST', `${sandboxUrl}/_sandbox/teams`, { ...TEAM, members })).id);
}

/** Both people, matched with their hosts by the provider's data. */
async function employ(api: CompanyCall): Promise<Staff[]> {
  const names = [MARIA.name, JONAS.name];
  const { data: known } = await api<{ data: Named[] }>('GET', 'staff');
  for (const name of names) if (!known.some((person) => person.name === name)) await api('POST', 'staff', { name });
  await api('POST', 'staff/match');
  const { data } = await api<{ data: Staff[] }>('GET', 'staff');
  return names.map((name) => data.find((person) => person.name === name)!);
}

async function sell(api: CompanyCall, staff: Staff[]): Promise<SoldService> {
  const name = 'Root colour';
  const { data } = await api<{ data: SoldService[] }>('GET', 'services');
  const staffIds = staff.map(({ id }) => id);
  const segments = ROOT_COLOUR.map((segment) => ({ ...segment, staffIds }));
  return data.find((service) => service.name === name) ?? api('POST', 'services', { name, segments });
}

async function ensureType(api: CompanyCall, type: { slug: string }): Promise<string> {
  const { data } = await api<{ data: Named[] }>('GET', `event-types?slug=${type.slug}`);
  return (data[0] ?? (await api<Named>('POST', 'event-types', type))).id;
}
