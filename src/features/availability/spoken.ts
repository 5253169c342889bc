import type { LocalSlot } from './days';

export interface SpokenOption extends LocalSlot {
  /** To be read out, in the company's language. */
  label: string;
}

/**
 * At most three times of the first day that has any, its first, its last and the one nearest to the middle between
 * them: more than three nobody remembers on the telephone.
 */
export function spokenOptions(days: Record<string, LocalSlot[]>, timeZone: string, locale: string): SpokenOption[] {
  const [slots = []] = Object.values(days);
  const label = new Intl.DateTimeFormat(locale, {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: 'numeric',
    minute: '2-digit',
  });
  return spread(slots).map((slot) => ({ ...slot, label: label.format(new Date(slot.start)) }));
}

function spread(slots: LocalSlot[]): LocalSlot[] {
  if (slots.length <= 3) return slots;
  const [first, last] = [slots[0]!, slots.at(-1)!];
  const middleMs = (Date.parse(first.start) + Date.parse(last.start)) / 2;
  const distance = ({ start }: LocalSlot): number => Math.abs(Date.parse(start) - middleMs);
  const inner = slots.slice(1, -1).reduce((best, slot) => (distance(slot) < distance(best) ? slot : best));
  return [first, inner, last];
}
