/** What the protocol relies on. Each can be switched off, to see what it is there for. */
export interface Safeguards {
  /** The intent is in the database before the call leaves. */
  intentRecord: boolean;
  /** An unknown outcome is looked up, and not taken for a refusal. */
  lookUp: boolean;
  /** An empty look counts only after the time in which the call can still take effect. */
  settleWindow: boolean;
  /** A write of somebody who is no longer the owner changes nothing. */
  fencing: boolean;
  /** Nothing leaves with an old intent. */
  socketGuard: boolean;
  /** What was sent once is never sent again. */
  noRepeat: boolean;
  /** Taking over is a claim: it makes the former owner a stranger. */
  claim: boolean;
  /** The clock is read before looking, not after it. */
  clockFirst: boolean;
  /** The caller is told after the pivot was committed. */
  toldAfterPivot: boolean;
  /** A booking heard of after its saga has ended is taken back. */
  echoes: boolean;
  /** After waiting for a permit it is decided anew whether to send at all. */
  decidedAnew: boolean;
  /** That a named host is claimed is written together with the booking. */
  clashWithBooking: boolean;
  /** A booking is cancelled, and then watched for as long as a confirmation of it may be under way. */
  watchCancelled: boolean;
  /** No confirmation leaves with an old intent. */
  confirmGuard: boolean;
  /** That a booking was not moved back counts only after the time in which it can still be. */
  returnWindow: boolean;
  /** Nothing is moved back with an old intent. */
  returnGuard: boolean;
  /** Nothing is moved back while a confirmation of it may be under way. */
  returnWaits: boolean;
}

export const ALL_SAFEGUARDS: Safeguards = {
  intentRecord: true,
  lookUp: true,
  settleWindow: true,
  fencing: true,
  socketGuard: true,
  noRepeat: true,
  claim: true,
  clockFirst: true,
  toldAfterPivot: true,
  echoes: true,
  decidedAnew: true,
  clashWithBooking: true,
  watchCancelled: true,
  confirmGuard: true,
  returnWindow: true,
  returnGuard: true,
  returnWaits: true,
};

/** A world to explore: what it holds, and how often it strikes. */
export interface World {
  steps: number;
  crashes: number;
  /** A freeze, or a lost database: the owner is taken for dead and goes on later. */
  expiries: number;
  /** Effects after the settle window. */
  late: number;
  /** Webhooks that arrive, at any time, also when they are out of date. */
  notices: number;
  /** Answers may name a host whom another saga has claimed. */
  clashes: boolean;
  /** The provider may refuse for good to cancel. */
  stuck: boolean;
  /** How often a person asks for another try of what needs attention. */
  persons: number;
  /** The steps move bookings that exist. */
  moves: boolean;
  /** A host has to confirm what is booked. */
  confirms: boolean;
  /** It begins with everything booked, to be cancelled. */
  cancels: boolean;
  safeguards: Safeguards;
}
