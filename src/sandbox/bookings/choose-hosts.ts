import { badRequest } from '../http/errors';
import { Sandbox } from '../sandbox';
import { noticeMs, windowOf } from '../event-types/rules';
import { SlotInterval } from '../slots/slot-grid';
import { Account, Booking, EventType } from '../store/records';
import { hostsOf, isFree, splitHosts } from './availability';

const OUT_OF_BOUNDS =
  'The event type can\'t be booked at the "start" time provided. This could be because it\'s too soon (violating the ' +
  "minimum booking notice) or too far in the future (outside the event's scheduling window). Try fetching available " +
  'slots first using the GET /v2/slots endpoint and then make a booking with "start" time equal to one of the ' +
  'available slots: https://cal.com/docs/api-reference/v2/slots';

/** Throws 400 for a start in the past, inside the minimum notice or outside the booking window. */
export function checkBounds(eventType: EventType, zone: string, startMs: number, now: number): void {
  if (startMs < now) throw badRequest('Attempting to book a meeting in the past.');
  const window = windowOf(eventType.input, zone, now);
  const tooSoon = startMs < now + noticeMs(eventType.input);
  if (tooSoon || startMs < window.fromMs || startMs > window.toMs) throw badRequest(OUT_OF_BOUNDS);
}

/**
 * Hosts of the new booking, organizer first: all of a collective type; of a round-robin the mandatory ones and, of the
 * free others, the one of the highest priority that has the fewest bookings.
 * Throws 400 when nobody suitable is free.
 */
export async function chooseHosts(
  sandbox: Sandbox,
  eventType: EventType,
  span: SlotInterval,
  except?: Booking,
): Promise<Account[]> {
  const hosts = await hostsOf(sandbox, eventType);
  const free: Account[] = [];
  for (const host of hosts) if (await isFree(sandbox, eventType, host, span, except)) free.push(host);
  const type = eventType.input.schedulingType;
  const chosen = type === 'roundRobin' ? await ofRotation(sandbox, eventType, hosts, free) : hosts;
  if (chosen.length > 0 && chosen.every((host) => free.includes(host))) return chosen;
  throw badRequest(
    type === undefined
      ? 'User either already has booking at this time or is not available'
      : 'One of the hosts either already has booking at this time or is not available',
  );
}

/** The mandatory hosts, free or not, and one of the others; nobody when others are needed and none is free. */
async function ofRotation(
  sandbox: Sandbox,
  eventType: EventType,
  hosts: Account[],
  free: Account[],
): Promise<Account[]> {
  const { mandatory, rotating } = splitHosts(eventType, hosts);
  if (rotating.length === 0) return mandatory;
  const candidates = rotating.filter((host) => free.includes(host));
  const [chosen] = await byRank(sandbox, eventType, candidates);
  return chosen ? [...mandatory, chosen] : [];
}

const PRIORITIES = ['lowest', 'low', 'medium', 'high', 'highest'];

async function byRank(sandbox: Sandbox, eventType: EventType, hosts: Account[]): Promise<Account[]> {
  const bookings = await sandbox.bookings.ofType(eventType.id, 0, Number.MAX_SAFE_INTEGER);
  const load = (host: Account): number => bookings.filter(({ hostIds }) => hostIds[0] === host.id).length;
  const rank = (host: Account): number =>
    PRIORITIES.indexOf(eventType.input.hosts?.find(({ userId }) => userId === host.id)?.priority ?? 'medium');
  return [...hosts].sort((a, b) => rank(b) - rank(a) || load(a) - load(b));
}
