import { DateTime } from 'luxon';
import { formatInstant } from '../../../foundation/time/instants';

export interface MissingTime {
  timeZone: string;
  /** The local time that was written. */
  asked: string;
  /** What the instant is in the zone, on the other side of the gap. */
  meant: string;
}

/**
 * The local time inside an instant's text, where it is one of this zone (its offset is one that the zone has that day)
 * and does not exist there, because clocks were put forward over it. Undefined for every other text.
 */
export function missingTime(text: string, timeZone: string): MissingTime | undefined {
  const written = DateTime.fromISO(text, { setZone: true });
  const local = written.setZone(timeZone, { keepLocalTime: true });
  const isMissing = local.hour !== written.hour || local.minute !== written.minute;
  const offsets = [local.startOf('day').offset, local.endOf('day').offset];
  if (!isMissing || !offsets.includes(written.offset)) return undefined;
  return {
    timeZone,
    asked: written.toFormat("yyyy-MM-dd'T'HH:mm"),
    meant: formatInstant(written.toMillis(), timeZone),
  };
}
