/** What is looked at for each connection, each by its own rhythm. */
export const SYNC_KINDS = ['bookings', 'event-types'] as const;
export type SyncKind = (typeof SYNC_KINDS)[number];

/** Seconds until the next look: at least `base`, and up to `spread` more, so that companies do not look in step. */
interface Pause {
  base: number;
  spread: number;
}

interface Rhythm {
  /** For companies with traffic. */
  active: Pause;
  idle: Pause;
  /** Of a connection that has not been looked at yet: whoever connects has just read what there is. */
  first: Pause;
  /** After a look that failed: the provider may be away for a moment only. */
  failed: Pause;
}

/**
 * A missed webhook is to be healed within 5 minutes, or 60 when idle: what is left of that is for waiting behind others
 * and for the look itself.
 */
export const RHYTHMS: Record<SyncKind, Rhythm> = {
  bookings: {
    active: { base: 180, spread: 60 },
    idle: { base: 2_400, spread: 600 },
    first: { base: 120, spread: 60 },
    failed: { base: 45, spread: 30 },
  },
  'event-types': {
    active: { base: 1_800, spread: 600 },
    idle: { base: 21_600, spread: 3_600 },
    first: { base: 300, spread: 600 },
    failed: { base: 300, spread: 300 },
  },
};

/** A reading with more pages than one look may read goes on soon. */
export const GOES_ON: Pause = { base: 10, spread: 5 };
/** A refused credential: only a person can help, unless the provider was mistaken. */
export const AFTER_REFUSAL: Pause = { base: 21_600, spread: 3_600 };
