import { Answer } from './sandbox-client';

type SlotsByDate = Record<string, { start: string }[]>;

/** Number of slots with the first and last local time, per day counted from `dayZero`. */
export function slotFacts(answer: Answer, dayZero: string): Record<string, string> {
  const slots = (answer.body?.data ?? {}) as SlotsByDate;
  const facts: Record<string, string> = {};
  for (const [date, list] of Object.entries(slots)) {
    const distance = (Date.parse(date) - Date.parse(dayZero)) / 86_400_000;
    const times = list.map(({ start }) => localTime(start));
    facts[`day${distance < 0 ? '' : '+'}${distance}`] = `${times.length} slots, ${times[0]} .. ${times.at(-1)}`;
  }
  return facts;
}

/** All local times of one date, as the recording writes them for the day on which clocks change. */
export function timesOf(answer: Answer, date: string): string {
  const slots = (answer.body?.data ?? {}) as SlotsByDate;
  return (slots[date] ?? []).map(({ start }) => localTime(start)).join(' ');
}

/** `2027-02-01T09:00:00.000+01:00` is `09:00+01:00`. */
function localTime(start: string): string {
  return start.slice(11, 16) + start.slice(23);
}
