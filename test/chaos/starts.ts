const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** 8:00 to 14:45 UTC is within nine to five in Berlin, in summer and in winter. */
const QUARTERS = Array.from({ length: 28 }, (_, quarter) => 8 * 60 + quarter * 15);
/** The longest visit takes 150 minutes; with these it ends by 15:00, and meets others only at the staff's edges. */
const VISITS = [8 * 60, 10 * 60 + 15, 12 * 60 + 30];

/** Starts within working hours, one after another, from a Monday at least a week away. */
export class Starts {
  private next = 0;
  private readonly monday: number;

  /**
   * @param fromWeek weeks later than the others, so that kinds of bookings meet only when they are meant to.
   * @param minutes of the day in UTC.
   */
  private constructor(
    fromWeek: number,
    private readonly minutes: readonly number[],
  ) {
    const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    const daysToMonday = (8 - new Date(today).getUTCDay()) % 7;
    this.monday = today + (daysToMonday + 7 + fromWeek * 7) * DAY_MS;
  }

  /** Of single bookings: every quarter of an hour. */
  static everyQuarter(fromWeek: number): Starts {
    return new Starts(fromWeek, QUARTERS);
  }

  /** Three a day. */
  static ofVisits(fromWeek: number): Starts {
    return new Starts(fromWeek, VISITS);
  }

  fresh(): number {
    return this.at(this.next++);
  }

  private at(index: number): number {
    const day = Math.floor(index / this.minutes.length);
    const days = Math.floor(day / 5) * 7 + (day % 5);
    return this.monday + days * DAY_MS + this.minutes[index % this.minutes.length]! * MINUTE_MS;
  }
}
