import { Sandbox } from '../sandbox';
import { SlotInterval, workingIntervals } from '../slots/slot-grid';
import { afterMs, beforeMs, limitPeriods, pendingBlocks, seatsOf } from '../event-types/rules';
import { Account, Booking, EventType, Schedule } from '../store/records';

const DAY_MS = 86_400_000;

/** The hours a host keeps for a type: the type's own schedule, else the host's default one. */
export async function scheduleOf(sandbox: Sandbox, eventType: EventType, host: Account): Promise<Schedule | undefined> {
  const id = (eventType.teamId === null ? eventType.input.scheduleId : undefined) ?? host.defaultScheduleId;
  return id === null ? undefined : sandbox.schedules.byId(id);
}

/** Hosts in the order of the type; the owner of a personal one. */
export async function hostsOf(sandbox: Sandbox, eventType: EventType): Promise<Account[]> {
  if (eventType.ownerId !== null) return sandbox.accounts.byIds([eventType.ownerId]);
  const { hosts, assignAllTeamMembers } = eventType.input;
  if (hosts && !assignAllTeamMembers) return sandbox.accounts.byIds(hosts.map(({ userId }) => userId));
  const team = eventType.teamId === null ? undefined : await sandbox.teams.byId(eventType.teamId);
  return sandbox.accounts.byIds(team?.members.map(({ userId }) => userId) ?? []);
}

/** Hosts that every booking of a round-robin type has, and those of whom it has one. */
export function splitHosts(eventType: EventType, hosts: Account[]): { mandatory: Account[]; rotating: Account[] } {
  const isMandatory = ({ id }: Account): boolean =>
    eventType.input.hosts?.some(({ userId, mandatory }) => userId === id && mandatory === true) ?? false;
  return { mandatory: hosts.filter(isMandatory), rotating: hosts.filter((host) => !isMandatory(host)) };
}

/** Times at which the host cannot take a booking of this type, buffers of both sides included. */
export async function busyTimes(
  sandbox: Sandbox,
  eventType: EventType,
  host: Account,
  span: SlotInterval,
  leaveOut: (booking: Booking) => boolean = () => false,
): Promise<SlotInterval[]> {
  const near = await sandbox.bookings.ofHosts([host.id], span.startMs - DAY_MS, span.endMs + DAY_MS);
  const bookings = near.filter((booking) => !leaveOut(booking));
  const types = await sandbox.eventTypes.byIds([...new Set(bookings.map(({ eventTypeId }) => eventTypeId))]);
  return bookings.flatMap((booking) => {
    const own = types.find(({ id }) => id === booking.eventTypeId)?.input ?? eventType.input;
    if (booking.status === 'pending' && !pendingBlocks(own)) return [];
    return [
      {
        startMs: booking.startMs - beforeMs(own) - afterMs(eventType.input),
        endMs: booking.endMs + afterMs(own) + beforeMs(eventType.input),
      },
    ];
  });
}

/** True when the span lies inside the host's hours and touches nothing the host already has. */
export async function isFree(
  sandbox: Sandbox,
  eventType: EventType,
  host: Account,
  span: SlotInterval,
  except?: Booking,
): Promise<boolean> {
  const schedule = await scheduleOf(sandbox, eventType, host);
  if (!schedule) return false;
  const [hours] = workingIntervals(schedule, span.startMs, span.endMs);
  if (hours?.startMs !== span.startMs || hours.endMs !== span.endMs) return false;
  const busy = await busyTimes(sandbox, eventType, host, span, (booking) => booking.id === except?.id);
  return !busy.some(({ startMs, endMs }) => startMs < span.endMs && endMs > span.startMs);
}

/** True when one of the type's own limits per day, week, month or year is used up. */
export async function limitReached(
  sandbox: Sandbox,
  eventType: EventType,
  zone: string,
  startMs: number,
  except?: Booking,
): Promise<boolean> {
  for (const { fromMs, toMs, limit } of limitPeriods(eventType.input, zone, startMs)) {
    const found = await sandbox.bookings.ofType(eventType.id, fromMs, toMs);
    if (found.filter(({ id }) => id !== except?.id).length >= limit) return true;
  }
  return false;
}

/** A seated booking that still takes people blocks nobody who wants exactly its start. */
export function hasFreeSeat(eventType: EventType, booking: Booking): boolean {
  const seats = seatsOf(eventType.input);
  return seats !== undefined && booking.eventTypeId === eventType.id && booking.details.attendees.length < seats;
}
