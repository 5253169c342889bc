import type { Slot } from '../../scheduling/words';
import type { AskedType } from './asked-types';
import type { ReadOutcome, StoredSlots } from './store/slot-store';

export interface OfferedSlot extends Slot {
  /** Ours, whom to ask first; absent where an event type was asked for. */
  staffIds?: string[];
}

/** What several reads of the store say together: as good as the worst of them. */
export interface Union extends Omit<StoredSlots, 'starts'> {
  slots: OfferedSlot[];
}

/** From the one that took the longest way to the shortest. */
const WORST_FIRST: readonly ReadOutcome[] = ['cold', 'provider', 'stale', 'warm'];

/** The worst of these, from where answers came. */
export function worstOutcome(outcomes: readonly ReadOutcome[]): ReadOutcome {
  return WORST_FIRST.find((outcome) => outcomes.includes(outcome)) ?? 'warm';
}

/**
 * Free starts of all that were asked for, ascending, equal starts once.
 *
 * @param asked not empty, all of them of one length
 * @param found by the id of the event type
 */
export function unionOf(asked: readonly AskedType[], found: ReadonlyMap<string, StoredSlots>): Union {
  const parts = [...found.values()];
  return {
    slots: slotsOf(asked, found),
    fetchedAtMs: Math.min(...parts.map(({ fetchedAtMs }) => fetchedAtMs)),
    stale: parts.some(({ stale }) => stale),
    outcome: worstOutcome(parts.map(({ outcome }) => outcome)),
    goodUntilMs: Math.min(...parts.map(({ goodUntilMs }) => goodUntilMs)),
    isUnchanged: () => parts.every((part) => part.isUnchanged()),
  };
}

function slotsOf(asked: readonly AskedType[], found: ReadonlyMap<string, StoredSlots>): OfferedSlot[] {
  const staffByStart = new Map<number, string[]>();
  for (const { type, staffId } of asked) {
    for (const startMs of found.get(type.eventType.id)?.starts ?? []) {
      const staffIds = staffByStart.get(startMs) ?? [];
      if (staffId !== undefined) staffIds.push(staffId);
      staffByStart.set(startMs, staffIds);
    }
  }
  const lengthMs = (asked[0]?.type.eventType.lengthMinutes ?? 0) * 60_000;
  const slots = [...staffByStart].map(([startMs, staffIds]): OfferedSlot => {
    const slot = { startMs, endMs: startMs + lengthMs };
    return staffIds.length === 0 ? slot : { ...slot, staffIds };
  });
  return slots.sort((a, b) => a.startMs - b.startMs);
}
