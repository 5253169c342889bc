import { localTimesOf } from './local-times';
import type { OfferedSlot } from './union';

export interface LocalSlot {
  start: string;
  end: string;
  staffIds?: string[];
}

/**
 * Free times by the local date of their start in `timeZone`, in ascending order. A slot over midnight belongs to the day
 * on which it starts; on a day whose hour is doubled both hours appear, told apart by their offsets.
 */
export function groupByDay(slots: readonly OfferedSlot[], timeZone: string): Record<string, LocalSlot[]> {
  const times = localTimesOf(timeZone);
  const days: Record<string, LocalSlot[]> = {};
  for (const { startMs, endMs, staffIds } of [...slots].sort((a, b) => a.startMs - b.startMs)) {
    const start = times.format(startMs);
    (days[start.slice(0, 10)] ??= []).push({ start, end: times.format(endMs), ...(staffIds ? { staffIds } : {}) });
  }
  return days;
}
