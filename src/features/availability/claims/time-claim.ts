/** A stretch of a host's time, half-open; `host` within `account`, wherever a host's id means something. */
export interface TimeClaim {
  account: string;
  host: string;
  /** Both absent = all time: whatever happens for it happens one after another. */
  fromMs?: number;
  toMs?: number;
}
