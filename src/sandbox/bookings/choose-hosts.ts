import { badRequest } from '../http/errors';
import { Sandbox } from '../sandbox';
import { noticeMs, windowOf } from '../event-types/rules';
import { SlotInterval } from '../slots/slot-grid';
import { Account, Booking, EventType } from '../store/records';
import { hostsOf, isFree } from './availability';

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
 * Hosts of the new booking, organizer first: all of a collective type, the least busy free one of a round-robin.
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
  if (type === 'roundRobin') {
    const [chosen] = await byLoad(sandbox, eventType, free);
    if (chosen) return [chosen];
  } else if (free.length === hosts.length && hosts.length > 0) return hosts;
  throw badRequest(
    type === undefined
      ? 'User either already has booking at this time or is not available'
      : 'One of the hosts either already has booking at this time or is not available',
  );
}

async function byLoad(sandbox: Sandbox, eventType: EventType, hosts: Account[]): Promise<Account[]> {
  const bookings = await sandbox.bookings.ofType(eventType.id, 0, Number.MAX_SAFE_INTEGER);
  const load = (host: Account): number => bookings.filter(({ hostIds }) => hostIds[0] === host.id).length;
  return [...hosts].sort((a, b) => load(a) - load(b));
}
