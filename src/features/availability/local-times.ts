import { IANAZone } from 'luxon';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Five years of days; there are 600 zones at most. */
const OFFSETS_MAX = 2_000;
const byZone = new Map<string, LocalTimes>();

/** The one writer of a zone. */
export function localTimesOf(timeZone: string): LocalTimes {
  const known = byZone.get(timeZone) ?? new LocalTimes(timeZone);
  byZone.set(timeZone, known);
  return known;
}

/**
 * Writes instants in one zone, fast enough for thousands of slots: the zone's rules are asked twice a UTC day, and for
 * every instant only on days on which the offset changes.
 */
export class LocalTimes {
  private readonly zone: IANAZone;
  /** By UTC day: the offset in minutes, or undefined when it changes within the day. */
  private readonly offsets = new Map<number, number | undefined>();

  constructor(timeZone: string) {
    this.zone = IANAZone.create(timeZone);
  }

  /** ISO 8601 with offset, to the second, such as `2026-12-01T09:00:00+01:00`; UTC ends in `Z`. */
  format(ms: number): string {
    const offset = this.offset(ms);
    const local = new Date(ms + offset * MINUTE_MS).toISOString().slice(0, 19);
    return local + (this.zone.name === 'UTC' ? 'Z' : offsetText(offset));
  }

  private offset(ms: number): number {
    const day = Math.floor(ms / DAY_MS);
    if (!this.offsets.has(day)) {
      if (this.offsets.size >= OFFSETS_MAX) this.offsets.clear();
      const first = this.zone.offset(day * DAY_MS);
      this.offsets.set(day, first === this.zone.offset((day + 1) * DAY_MS) ? first : undefined);
    }
    return this.offsets.get(day) ?? this.zone.offset(ms);
  }
}

function offsetText(minutes: number): string {
  const distance = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(distance / 60))}:${two(distance % 60)}`;
}
