import { type Blows, PLACES } from './blows';
import type { Records, Takeover } from './evidence';
import type { Faults } from './faults';
import type { Wish } from './journal';
import type { Load } from './load';
import type { Options } from './options';
import type { Violations } from './verdict';
import { quantile, TAKEOVER_SECONDS, undisturbed } from './takeovers';
import type { WebhookDoor } from './webhook-door';

type Row = readonly [string, string | number];

export interface Campaign {
  options: Options;
  blows: Blows;
  door: WebhookDoor;
  records: Records;
}

export interface Course {
  load: Load;
  faults: Faults;
  violations: Violations;
}

/** Every violation with its cases, for a file. */
export function written(violations: Violations): string {
  return [...violations].map(([rule, cases]) => `## ${rule}: ${cases.length}\n${cases.join('\n')}\n`).join('\n');
}

/** The figures of a campaign, line by line. */
export async function reported(campaign: Campaign, { load, faults, violations }: Course): Promise<string[]> {
  const { blows, door, records } = campaign;
  const rows: Row[] = [
    ...blowRows(campaign),
    ["provider's writes that went wrong", `${wrongWrites(faults)} of ${faults.writes}`],
    ['calls', load.calls],
    ...wishRows('single bookings', load.wishes, false),
    ...wishRows('visits', load.wishes, true),
    ...Object.entries(await records.sagasBy()).map(([what, count]): Row => [`sagas ${what}`, count]),
    ['webhooks acknowledged', `${door.acknowledged.size}, ${door.refused} refused`],
    ...takeoverRows(await records.takeovers(), blows.outages),
    ...[...violations].map(([rule, cases]): Row => [`VIOLATION: ${rule}`, cases.length]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    `faults: ${[...faults.used].map(([name, count]) => `${name} ${count}`).join(', ')}`,
    `places: ${PLACES.map((place) => `${place} ${blows.endedAt.get(place) ?? 0}`).join(', ')}`,
  ];
}

function blowRows({ options, blows }: Campaign): Row[] {
  const ended = [...blows.endedAt.values()].reduce((sum, count) => sum + count, 0);
  return [
    ['seed', options.seed],
    ['intent record', options.intent ? 'on' : 'OFF'],
    ['kill -9 from outside', blows.kills],
    ['ended at a named place', `${ended}, at ${blows.endedAt.size} of ${PLACES.length} places`],
    ['freezes', blows.freezes],
    ['crashes of Postgres', blows.crashes],
  ];
}

function wishRows(name: string, all: Wish[], areVisits: boolean): Row[] {
  const wishes = all.filter(({ sold }) => (sold !== undefined) === areVisits);
  const asked = (what: string): number =>
    wishes.filter(({ told }) => told.some((one) => one.asked === what && one.status === 200)).length;
  const ends = Map.groupBy(wishes, ({ expected }) => expected);
  const ended = (['active', 'cancelled', 'nothing', 'open'] as const).map(
    (end) => `${ends.get(end)?.length ?? 0} ${end}`,
  );
  return [
    [`keys of ${name}`, wishes.length],
    ['  as told in the end', ended.join(', ')],
    ['  told moved, told cancelled', `${asked('move')}, ${asked('cancel')}`],
  ];
}

function takeoverRows(takeovers: Takeover[], outages: Blows['outages']): Row[] {
  const rows = (name: string, some: Takeover[]): Row[] => [
    [`takeovers of ${name}`, some.length],
    ['  p50, p95, max', [0.5, 0.95, 1].map((share) => `${quantile(some, share).toFixed(2)} s`).join(', ')],
    [`  after more than ${TAKEOVER_SECONDS} s`, some.filter(({ seconds }) => seconds > TAKEOVER_SECONDS).length],
  ];
  const visits = takeovers.filter(({ isVisit }) => isVisit);
  return [
    ...rows('all sagas', takeovers),
    ...rows('all sagas that met no crash of Postgres', undisturbed(takeovers, outages)),
    ...rows('visits', visits),
    ['  of visits with some segments booked', visits.filter(({ isMidway }) => isMidway).length],
  ];
}

function wrongWrites({ used }: Faults): number {
  const counts = [...used].filter(([name]) => name.startsWith('POST')).map(([, count]) => count);
  return counts.reduce((sum, count) => sum + count, 0);
}
