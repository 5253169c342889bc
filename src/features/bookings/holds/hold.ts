/** `expired` is never written: it is what an active hold becomes by the database's clock. */
export const HOLD_STATES = ['active', 'taken', 'expired', 'released'] as const;
export type HoldState = (typeof HOLD_STATES)[number];

/** A start kept for somebody who is about to book it. */
export interface Hold {
  id: string;
  companyId: string;
  eventTypeId: string;
  state: HoldState;
  startMs: number;
  endMs: number;
  expiresAtMs: number;
  /** sha256 of the token. */
  tokenHash: string;
  /** The saga of the booking that took it. */
  sagaId: string | null;
  /** The provider hides the start from others too. */
  isReserved: boolean;
}

export interface NewHold {
  id: string;
  companyId: string;
  connectionId: string;
  eventTypeId: string;
  startMs: number;
  endMs: number;
  /** From now. */
  seconds: number;
  tokenHash: string;
  holder: string;
}

/** A reservation at the provider that no hold needs any more. */
export interface Leftover {
  holdId: string;
  connectionId: string;
  reservationUid: string;
}

/** How many holds the caller has open now, and the seconds until the first of them expires. */
export interface OpenHolds {
  count: number;
  firstEndsInSeconds: number;
}
