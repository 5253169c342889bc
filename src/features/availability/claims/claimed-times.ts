import type { Host } from '../../../scheduling/words';
import type { EventTypeRecord } from '../../event-types/event-types.service';
import type { TimeClaim } from './time-claim';

const MINUTE_MS = 60_000;

/** Where the hosts' ids of an event type mean something: companies with the same server share it. */
export function accountOf(provider: string, baseUrl: string): string {
  return `${provider} ${baseUrl}`;
}

/**
 * Whether bookings of this type are made one after another, because only the answer names the host, or because several
 * attendees share a start: the provider lets too many in when they come at once.
 */
export function isBookedInTurn({ definition }: EventTypeRecord): boolean {
  const { schedulingType, hosts, seatsPerSlot } = definition;
  return seatsPerSlot !== undefined || schedulingType !== 'individual' || hosts.length !== 1;
}

/** What a booking of this type claims while its call is in flight. */
export function claimsFor(eventType: EventTypeRecord, account: string, startMs: number, endMs: number): TimeClaim[] {
  if (isBookedInTurn(eventType)) return [turnOf(eventType, account), ...startOf(eventType, account, startMs)];
  return timesOf(eventType, account, eventType.definition.hosts, startMs, endMs);
}

/** What a hold on this type claims: the host's time, or where no host is known, this start of this type. */
export function heldFor(eventType: EventTypeRecord, account: string, startMs: number, endMs: number): TimeClaim[] {
  if (isBookedInTurn(eventType)) return startOf(eventType, account, startMs);
  return timesOf(eventType, account, eventType.definition.hosts, startMs, endMs);
}

function turnOf({ providerId }: EventTypeRecord, account: string): TimeClaim {
  return { account, host: `event type ${providerId}` };
}

/** Under which starts of a type are claimed whose hosts nobody knows beforehand. */
export function startPlaceOf(providerId: string): string {
  return `start of event type ${providerId}`;
}

/** The start alone: others that overlap it may have other hosts. A start with seats is nobody's alone. */
function startOf({ providerId, definition }: EventTypeRecord, account: string, startMs: number): TimeClaim[] {
  if (definition.seatsPerSlot !== undefined) return [];
  return [{ account, host: startPlaceOf(providerId), fromMs: startMs, toMs: startMs + 1 }];
}

/** Under which a host's times are claimed. */
export function hostPlaceOf(id: string): string {
  return `host ${id}`;
}

/** The time of these hosts, with the type's buffers. Seats are shared, so they are nobody's alone. */
export function timesOf(
  { definition }: EventTypeRecord,
  account: string,
  hosts: Host[],
  startMs: number,
  endMs: number,
): TimeClaim[] {
  if (definition.seatsPerSlot !== undefined) return [];
  const fromMs = startMs - definition.beforeBufferMinutes * MINUTE_MS;
  const toMs = endMs + definition.afterBufferMinutes * MINUTE_MS;
  return hosts.map(({ id }) => ({ account, host: hostPlaceOf(id), fromMs, toMs }));
}

/** Whether these times could be claimed beside those claims, all of one account. */
export function isUnclaimed(wanted: TimeClaim[], claims: TimeClaim[]): boolean {
  return !wanted.some((own) => claims.some((other) => own.host === other.host && overlap(own, other)));
}

function overlap(a: TimeClaim, b: TimeClaim): boolean {
  const { fromMs = -Infinity, toMs = Infinity } = b;
  return (a.fromMs ?? -Infinity) < toMs && fromMs < (a.toMs ?? Infinity);
}
