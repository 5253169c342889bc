import { DAY_MS } from '../../../src/features/availability/store/slot-windows';
import type { SoldType } from '../../../src/features/availability/store/sold-type';
import { soldType } from '../../fixtures/availability/store-world';
import type { Chance } from '../../saga/simulation/chance';
import { beginOf, type Zone, ZONES } from './local-days';

export const HOSTS = 5;
export const TYPES = 20;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** All lengths are whole multiples of it, and all zones are whole quarters from UTC. */
const UNIT_MS = 15 * MINUTE_MS;
/** 16 half hours. */
const OPENS_MS = 9 * HOUR_MS;
export const OPEN_MS = 8 * HOUR_MS;
/** Each host has four types. */
const LENGTHS = [30, 30, 45, 60];

/** Whose time it is. A change in the host's own calendar has no number of ours. */
export interface Appointment {
  host: Host;
  type: SoldTypeOfOne;
  startMs: number;
  endMs: number;
  subject: string;
  /** When we were told of it; infinity for what nobody tells. */
  toldAtMs: number;
  isOver: boolean;
}

const CALENDAR = -1;

/** What is true: which quarters of an hour a host has left. */
export class Host {
  private readonly taken: Int32Array;
  private readonly opens: number[] = [];
  private readonly originMs: number;

  constructor(
    readonly name: string,
    readonly zone: Zone,
    private readonly firstDay: number,
    days: number,
    /** By their numbers in `taken`, from 1. */
    private readonly appointments: Appointment[],
  ) {
    this.originMs = firstDay * DAY_MS;
    this.taken = new Int32Array((days * DAY_MS) / UNIT_MS);
  }

  isFree(startMs: number, endMs: number): boolean {
    const last = this.unit(endMs);
    for (let unit = this.unit(startMs); unit < last; unit += 1) if (this.taken[unit] !== 0) return false;
    return true;
  }

  /** Who has it, where an appointment has. */
  takers(startMs: number, endMs: number): Appointment[] {
    const numbers = this.taken.subarray(this.unit(startMs), this.unit(endMs));
    return [...new Set(numbers)].filter((number) => number > 0).map((number) => this.appointments[number - 1]!);
  }

  take(appointment: Appointment): void {
    const number = this.appointments.push(appointment);
    this.taken.fill(number, this.unit(appointment.startMs), this.unit(appointment.endMs));
  }

  free({ startMs, endMs }: Appointment): void {
    this.taken.fill(0, this.unit(startMs), this.unit(endMs));
  }

  /** The host does something else: what was free is not. */
  block(fromMs: number, toMs: number): void {
    for (let unit = this.unit(fromMs); unit < this.unit(toMs); unit += 1) this.taken[unit] ||= CALENDAR;
  }

  /** @param day numbered from 1970-01-01 */
  opensMs(day: number): number {
    return (this.opens[day - this.firstDay] ??= beginOf(day, this.zone) + OPENS_MS);
  }

  private unit(ms: number): number {
    return Math.floor((ms - this.originMs) / UNIT_MS);
  }
}

/** A type of one host, as the store knows it and as it is. */
export interface SoldTypeOfOne {
  sold: SoldType;
  company: Company;
  host: Host;
  lengthMs: number;
}

export interface Company {
  id: string;
  hosts: Host[];
  types: SoldTypeOfOne[];
  /** Every one there ever was. */
  appointments: Appointment[];
}

/** Free starts inside [fromMs, toMs) as they are now. */
export function trueStarts({ host, lengthMs }: SoldTypeOfOne, fromMs: number, toMs: number): number[] {
  const starts: number[] = [];
  for (let day = Math.floor(fromMs / DAY_MS) - 1; day * DAY_MS < toMs + DAY_MS; day += 1) {
    const opensMs = host.opensMs(day);
    for (let ms = opensMs; ms + lengthMs <= opensMs + OPEN_MS; ms += lengthMs)
      if (ms >= fromMs && ms < toMs && host.isFree(ms, ms + lengthMs)) starts.push(ms);
  }
  return starts;
}

/** Salons with a third of the coming weeks booked, and less and less of what comes later. */
export function openSalons(count: number, beginMs: number, days: number, chance: Chance): Company[] {
  return Array.from({ length: count }, (_, index) => openSalon(String(index), beginMs, days, chance));
}

function openSalon(id: string, beginMs: number, days: number, chance: Chance): Company {
  const zone = ZONES[chance.whole(0, ZONES.length - 1)]!;
  const firstDay = Math.floor(beginMs / DAY_MS) - 3;
  const appointments: Appointment[] = [];
  const hosts = Array.from(
    { length: HOSTS },
    (_, place) => new Host(`${id}${place}`, zone, firstDay, days + 6, appointments),
  );
  const company: Company = { id, hosts, types: [], appointments };
  for (let place = 0; place < TYPES; place += 1) company.types.push(typeOf(company, place));
  for (const host of hosts) bookBeforehand(company, host, beginMs, days, chance);
  return company;
}

function typeOf(company: Company, place: number): SoldTypeOfOne {
  const host = company.hosts[place % HOSTS]!;
  const lengthMinutes = LENGTHS[Math.floor(place / HOSTS) % LENGTHS.length]!;
  const hosts = [{ id: host.name, name: 'Maria' }];
  const sold = soldType(`${company.id}-${place}`, { lengthMinutes, hosts });
  const eventType = { ...sold.eventType, companyId: company.id, connectionId: company.id };
  return { sold: { ...sold, eventType, gridTimeZone: host.zone }, company, host, lengthMs: lengthMinutes * MINUTE_MS };
}

function bookBeforehand(company: Company, host: Host, beginMs: number, days: number, chance: Chance): void {
  const type = company.types.find((each) => each.host === host)!;
  const today = Math.floor(beginMs / DAY_MS);
  for (let day = today; day < today + days; day += 1)
    for (let startMs = host.opensMs(day); startMs < host.opensMs(day) + OPEN_MS; startMs += type.lengthMs)
      if (chance.is(0.05 + 0.4 * Math.exp((today - day) / 20))) host.take(appointmentOf(type, startMs));
}

export function appointmentOf(type: SoldTypeOfOne, startMs: number): Appointment {
  const { company, host, lengthMs } = type;
  const subject = `${company.id} ${company.appointments.length}`;
  return { host, type, startMs, endMs: startMs + lengthMs, subject, toldAtMs: Infinity, isOver: false };
}
