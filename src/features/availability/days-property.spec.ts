import { DateTime, IANAZone } from 'luxon';
import { soldType, StoreWorld } from '../../../test/fixtures/availability/store-world';
import { askedRange } from './asked-range';
import { groupByDay } from './days';
import { daysOf, pack, type SlotWindow, startsWithin } from './store/slot-windows';

const CASES = 100_000;
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const ZONES = [
  ...['Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Asia/Kathmandu', 'Asia/Kolkata', 'UTC', 'Asia/Tokyo'],
  // Half an hour of summer time; changes at midnight; a day ahead and a day behind; quarter hours with summer time.
  ...['Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Beirut', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'],
  ...['Pacific/Chatham', 'America/Santiago', 'America/Havana', 'Europe/London', 'Africa/Casablanca'],
];

/** mulberry32: the same cases in every run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** Instants around the changes of a zone's clocks, where mistakes are made. */
function changesOf(zone: string): number[] {
  const rules = IANAZone.create(zone);
  const found: number[] = [];
  for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2029, 0, 1); ms += DAY_MS)
    if (rules.offset(ms) !== rules.offset(ms + DAY_MS)) found.push(ms);
  return found;
}

const CHANGES = new Map(ZONES.map((zone) => [zone, changesOf(zone)]));

describe('free times of any range in any zone', () => {
  it('are exactly those that luxon finds, each under its local date, in 100,000 random cases', () => {
    const roll = dice(20_270_328);
    const wrong: unknown[] = [];
    for (let index = 0; index < CASES; index += 1) {
      const sample = sampleOf(roll);
      const found = JSON.stringify(byStore(sample));
      const right = JSON.stringify(byLuxon(sample));
      if (found !== right && wrong.length < 3) wrong.push({ ...sample, found, right });
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  it('are read by the store itself as by its parts, with what is past cut off', async () => {
    const world = new StoreWorld();
    const roll = dice(1);
    for (let index = 0; index < 1_000; index += 1) {
      const fromMs = world.at(roll(60), 0) + roll(1_440) * MINUTE_MS;
      const toMs = fromMs + (1 + roll(3 * 1_440)) * MINUTE_MS;
      const { starts } = await world.store.read(soldType('1'), fromMs, toMs);
      const all = Array.from({ length: 70 * 48 }, (_, half) => world.at(0, 0) + half * 30 * MINUTE_MS);
      const hour = (ms: number): number => (ms % DAY_MS) / 3_600_000;
      const right = all.filter(
        (ms) => ms >= Math.max(fromMs, world.nowMs) && ms < toMs && hour(ms) >= 9 && hour(ms) < 17,
      );
      expect(starts).toEqual(right);
    }
  });
});

interface Sample {
  zone: string;
  start: string;
  end: string;
  /** Free, milliseconds. */
  starts: number[];
}

function sampleOf(roll: (below: number) => number): Sample {
  const zone = ZONES[roll(ZONES.length)]!;
  const changes = CHANGES.get(zone)!;
  const isNearChange = changes.length > 0 && roll(2) === 0;
  const aroundMs = isNearChange ? changes[roll(changes.length)]! : Date.UTC(2026, 0, 1) + roll(1_000) * DAY_MS;
  const fromMs = aroundMs + (roll(3 * 1_440) - 1_440) * MINUTE_MS;
  const toMs = fromMs + (1 + roll(roll(8) === 0 ? 60 * 1_440 : 3 * 1_440)) * MINUTE_MS;
  const near = (): number => (roll(2) === 0 ? fromMs : toMs) + (roll(2_880) - 1_440) * MINUTE_MS;
  const starts = [...new Set(Array.from({ length: 2 }, near))].sort((a, b) => a - b);
  return { zone, start: textOf(fromMs, zone, roll(2) === 0), end: textOf(toMs, zone, roll(2) === 0), starts };
}

function textOf(ms: number, zone: string, isDate: boolean): string {
  return isDate ? DateTime.fromMillis(ms, { zone }).toISODate()! : new Date(ms).toISOString();
}

/** By way of minutes in windows of UTC days. */
function byStore({ zone, start, end, starts }: Sample): unknown {
  try {
    const { fromMs, toMs } = askedRange(start, end, zone);
    const { fromDay, toDay } = daysOf(fromMs, toMs);
    const middle = Math.floor((fromDay + toDay) / 2);
    const windowOf = (first: number, last: number): SlotWindow => ({
      fromDay: first,
      toDay: last,
      askedAtMs: 0,
      starts: pack(starts.filter((ms) => ms >= first * DAY_MS && ms < last * DAY_MS)),
    });
    const found = startsWithin([windowOf(fromDay, middle), windowOf(middle, toDay)], fromMs, toMs);
    return groupByDay(
      found.map((startMs) => ({ startMs, endMs: startMs + 30 * MINUTE_MS })),
      zone,
    );
  } catch {
    return 'no range';
  }
}

/** By calendar dates and luxon's own texts alone. */
function byLuxon({ zone, start, end, starts }: Sample): unknown {
  const from = DateTime.fromISO(start, { zone });
  const to = DateTime.fromISO(end, { zone });
  const endExclusive = end.length === 10 ? to.plus({ days: 1 }).startOf('day') : to;
  const first = start.length === 10 ? from.startOf('day') : from;
  if (endExclusive <= first || endExclusive > first.plus({ days: 62 })) return 'no range';
  const days: Record<string, { start: string; end: string }[]> = {};
  for (const ms of starts) {
    if (ms < first.toMillis() || ms >= endExclusive.toMillis()) continue;
    const local = DateTime.fromMillis(ms, { zone });
    const text = (at: DateTime): string => at.toISO({ suppressMilliseconds: true })!;
    (days[local.toISODate()!] ??= []).push({ start: text(local), end: text(local.plus({ minutes: 30 })) });
  }
  return days;
}
