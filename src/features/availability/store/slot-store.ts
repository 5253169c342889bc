import { systemTimers, type Timers } from '../../../foundation/pacing/timers';
import type { CallContext } from '../../../scheduling/call-context';
import { OUTAGE_AGE_MAX_MS, repeatableMs, ttlMs } from './freshness';
import type { ClaimEnded, ClaimMade, KnownChange, TimeChange } from './known-change';
import { claimsOf } from './known-change';
import { KnownTimes } from './known-times';
import { type Condition, conditionOf } from '../explain/slot-condition';
import { type FetchSlots, SlotFills } from './slot-fills';
import { hostsOf, SlotShelf } from './slot-shelf';
import { DAY_MS, startsWithin } from './slot-windows';
import type { SoldType } from './sold-type';
import type { StoredType } from './stored-type';
import type { TimeClaim } from '../claims/time-claim';

/** Cal.com answers the same question from a cache for 2 s (fact 21), and a call takes its time to get there. */
export const PROVIDER_CACHE_MS = 2_500;
/** A reader waits so long for a better answer than the stored one. */
const PATIENCE_MS = 1_500;
/** Between two questions about what can be shown without asking. */
const REST_MS = 1_000;

export type ReadOutcome = 'warm' | 'stale' | 'cold' | 'provider';

/** Free starts, ascending, milliseconds. */
export interface StoredSlots {
  starts: number[];
  /** When the provider was asked for the oldest part of it. */
  fetchedAtMs: number;
  /** Older than it should be, because it is being renewed or cannot be. */
  stale: boolean;
  outcome: ReadOutcome;
  /** Whether the same answer may be given again: until then, and while `isUnchanged` says so. */
  goodUntilMs: number;
  isUnchanged: () => boolean;
}

export interface StoreSurroundings {
  now(): number;
  fetch: FetchSlots;
  /** Share of the connection's budget in use, 0 to 1, as last known. Must not wait. */
  usedShare(connectionId: string): number;
  /** How patience is measured; the process's own timers when absent. */
  timers?: Pick<Timers, 'after'>;
}

/**
 * Free times of many event types, read through a narrow door: one call fills two months, and what is heard of hosts'
 * times is held against every answer, so that a time known to be taken is not shown. Knows no database and no clock of
 * its own.
 */
export class SlotStore {
  readonly shelf: SlotShelf;
  private readonly times = new KnownTimes();
  private readonly fills: SlotFills;
  private hearing = true;

  constructor(
    private readonly around: StoreSurroundings,
    shelf = new SlotShelf(),
  ) {
    this.shelf = shelf;
    this.fills = new SlotFills(around, shelf, (stored, sinceMs) =>
      this.times.takenSince(stored.type.account, sinceMs - PROVIDER_CACHE_MS),
    );
  }

  /**
   * Free starts inside [fromMs, toMs) that are neither past, within the notice, claimed, nor known to be taken.
   *
   * @throws SchedulingError when nothing is stored, or only what is older than two hours, and the provider cannot be
   *   asked.
   */
  async read(type: SoldType, fromMs: number, toMs: number, context?: CallContext): Promise<StoredSlots> {
    const nowMs = this.around.now();
    const firstMs = Math.max(fromMs, nowMs);
    if (toMs <= firstMs) return this.nothing(nowMs);
    const stored = this.shelf.take(type);
    const condition = this.condition(stored, firstMs, toMs);
    if (condition === 'fresh') return this.shown(stored, firstMs, toMs, 'warm');
    if (condition === 'due') {
      this.renew(stored, firstMs, toMs);
      return this.shown(stored, firstMs, toMs, 'stale');
    }
    return this.renewed(type, firstMs, toMs, condition, context);
  }

  /** What one transaction told, here or elsewhere. */
  hear(account: string, changes: KnownChange[]): void {
    for (const change of changes) {
      if (change.kind === 'claimed') this.claimed(account, change);
      else if (change.kind === 'ended') this.ended(account, change);
      else this.changed(account, change);
    }
  }

  /** All claims there are, as the database had them at `askedMs`. */
  hearClaims(all: (ClaimMade & { account: string })[], askedMs: number): void {
    const gone = this.times.replaceClaims(all, askedMs);
    for (const claim of [...gone, ...all])
      for (const stored of this.shelf.ofHost(claim.account, claim.host)) stored.version += 1;
  }

  /** Whether all that others do is known here. */
  get isHearing(): boolean {
    return this.hearing;
  }

  /** Others' changes are not heard any more: answers are doubtful from now on. */
  stopHearing(): void {
    this.hearing = false;
    for (const stored of this.shelf.all()) stored.version += 1;
  }

  /** All that was missed has been told meanwhile. */
  hearAgain(): void {
    this.hearing = true;
  }

  /** Too much was missed to be made good. */
  forgetAll(): void {
    this.shelf.clear();
  }

  private condition(stored: StoredType, fromMs: number, toMs: number): Condition {
    const condition = conditionOf(stored, fromMs, toMs, this.around.now(), this.ttl(stored, fromMs));
    // What cannot be renewed is not fresh, and to be renewed by whoever finds the provider back.
    if (condition === 'fresh' && this.fills.isSilent(stored)) return 'due';
    // Whoever cannot hear the others asks the provider each time, and rests in between only where it does not answer.
    return !this.hearing && condition !== 'missing' ? 'doubtful' : condition;
  }

  private ttl({ type, shownMs }: StoredType, fromMs: number): number {
    const usedShare = this.around.usedShare(type.eventType.connectionId);
    return ttlMs({ usedShare, shownMs, daysAhead: (fromMs - this.around.now()) / DAY_MS });
  }

  /** Nobody waits for it. */
  private renew(stored: StoredType, fromMs: number, toMs: number): void {
    if (stored.restUntilMs > this.around.now()) return;
    stored.restUntilMs = this.around.now() + REST_MS;
    this.fills.fill(stored, fromMs, toMs, { lane: 'background' }).catch(() => undefined);
  }

  /** The caller waits: without patience where nothing can be shown, else for a moment. */
  private async renewed(
    type: SoldType,
    fromMs: number,
    toMs: number,
    condition: Condition,
    context?: CallContext,
  ): Promise<StoredSlots> {
    const stored = this.shelf.take(type);
    if (condition === 'missing') {
      await this.filled(stored, fromMs, toMs, context);
      return this.shown(stored, fromMs, toMs, 'cold');
    }
    const canShow = this.ageOf(stored, fromMs, toMs) <= OUTAGE_AGE_MAX_MS;
    if (canShow && stored.restUntilMs > this.around.now()) return this.shown(stored, fromMs, toMs, 'stale');
    try {
      await this.filled(stored, fromMs, toMs, context, canShow);
      return this.shown(stored, fromMs, toMs, 'provider');
    } catch (error) {
      if (!canShow) throw error;
      stored.restUntilMs = this.around.now() + REST_MS;
      return this.shown(stored, fromMs, toMs, 'stale');
    }
  }

  private filled(stored: StoredType, fromMs: number, toMs: number, context?: CallContext, isPatient = false) {
    const { correlationId, signal } = context ?? {};
    const fill = this.fills.fill(stored, fromMs, toMs, { lane: 'interactive', correlationId });
    const { timers = systemTimers } = this.around;
    return inTime(fill, (tooLate) => (isPatient ? timers.after(PATIENCE_MS, tooLate) : () => undefined), signal);
  }

  private shown(stored: StoredType, fromMs: number, toMs: number, outcome: ReadOutcome): StoredSlots {
    const nowMs = this.around.now();
    const { type, version } = stored;
    const windows = stored.windowsFor(fromMs, toMs) ?? [];
    const fetchedAtMs = Math.min(nowMs, ...windows.map(({ askedAtMs }) => askedAtMs));
    stored.shownMs += nowMs - fetchedAtMs;
    const claims = this.times.claimed(type.account, hostsOf(type), nowMs);
    const hidden = stored.doubts
      .filter(({ isHidden }) => isHidden)
      .map((doubt) => stored.startsTouching(doubt.fromMs, doubt.toMs));
    const noticeMs = type.eventType.definition.minimumNoticeMinutes * 60_000;
    const starts = startsWithin(windows, Math.max(fromMs, nowMs + noticeMs), toMs).filter(
      (startMs) =>
        stored.isFree(startMs, claims) && !hidden.some((range) => startMs >= range.fromMs && startMs < range.toMs),
    );
    const stale = outcome === 'stale' || !this.hearing;
    return {
      starts,
      fetchedAtMs,
      stale,
      outcome,
      goodUntilMs: stale ? 0 : this.goodUntil(stored, fromMs, toMs, (starts[0] ?? Infinity) - noticeMs),
      isUnchanged: () => stored.version === version && this.shelf.isStored(stored),
    };
  }

  /** The same answer is right until it is due, its first start is over, a claim expires, or a doubt can be settled. */
  private goodUntil(stored: StoredType, fromMs: number, toMs: number, firstOverMs: number): number {
    if (this.condition(stored, fromMs, toMs) !== 'fresh') return 0;
    const nowMs = this.around.now();
    const { type } = stored;
    const expiry = this.times.nextExpiry(type.account, hostsOf(type), nowMs);
    const trust = Math.min(...stored.doubts.map(({ trustedFromMs }) => trustedFromMs), Infinity);
    const againMs = repeatableMs(this.ttl(stored, fromMs), this.ageOf(stored, fromMs, toMs));
    return Math.min(nowMs + againMs, firstOverMs, expiry, trust);
  }

  private ageOf(stored: StoredType, fromMs: number, toMs: number): number {
    const windows = stored.windowsFor(fromMs, toMs);
    return windows ? this.around.now() - Math.min(...windows.map(({ askedAtMs }) => askedAtMs)) : Infinity;
  }

  private nothing(nowMs: number): StoredSlots {
    return { starts: [], fetchedAtMs: nowMs, stale: false, outcome: 'warm', goodUntilMs: 0, isUnchanged: () => false };
  }

  private claimed(account: string, claim: ClaimMade): void {
    this.times.addClaim(account, claim, this.around.now());
    for (const stored of this.shelf.ofHost(account, claim.host)) stored.version += 1;
  }

  /** A hold's time is free again, as far as we know; what a booking has left behind is to be seen at the provider. */
  private ended(account: string, { claimant }: ClaimEnded): void {
    const isHidden = !claimant.startsWith('hold ');
    for (const { host, fromMs, toMs } of this.times.endClaims(account, claimant)) {
      const isTaken = this.isKnownToBeTaken(account, host, fromMs, toMs);
      for (const stored of this.shelf.ofHost(account, host)) {
        if (isTaken) stored.version += 1;
        else this.doubt(stored, { fromMs, toMs }, isHidden);
      }
    }
  }

  private isKnownToBeTaken(account: string, host: string, fromMs: number, toMs: number): boolean {
    const known = [
      ...this.takenDuring(account, { fromMs, toMs }),
      ...this.times.claimed(account, [host], this.around.now()).filter((claim) => overlaps(claim, { fromMs, toMs })),
    ];
    return known.some((claim) => claim.host === host);
  }

  private takenDuring(account: string, range: { fromMs: number; toMs: number }): TimeClaim[] {
    return this.times.takenSince(account, 0).filter((claim) => overlaps(claim, range));
  }

  private changed(account: string, change: TimeChange): void {
    if (change.kind === 'taken') this.times.addTaken(account, change, this.around.now());
    else this.times.forget(account, change.subject);
    const places = [...change.hosts, ...(change.eventType ? [`type ${change.eventType}`] : [])];
    const concerned = new Set(places.flatMap((place) => this.shelf.ofHost(account, place)));
    for (const stored of concerned) {
      if (change.kind === 'changed') this.doubt(stored, change, false);
      else if (stored.isInTurn) this.doubt(stored, change, stored.isFull(this.takenDuring(account, change)));
      else stored.remove(claimsOf(account, change));
    }
  }

  private doubt(
    stored: StoredType,
    about: { fromMs: number; toMs: number; subject?: string },
    isHidden: boolean,
  ): void {
    const { fromMs, toMs, subject } = about;
    const sinceMs = this.around.now();
    const trustedFromMs = sinceMs + PROVIDER_CACHE_MS;
    stored.doubt({ fromMs, toMs, sinceMs, trustedFromMs, isHidden, wasAsked: false, subject });
    stored.restUntilMs = 0;
  }
}

function overlaps(
  { fromMs = -Infinity, toMs = Infinity }: TimeClaim,
  range: { fromMs: number; toMs: number },
): boolean {
  return fromMs < range.toMs && range.fromMs < toMs;
}

/** @param patience calls back when it is over; what it returns ends it. */
async function inTime(
  work: Promise<void>,
  patience: (tooLate: () => void) => () => void,
  signal?: AbortSignal,
): Promise<void> {
  let end = (): void => undefined;
  const limit = new Promise<never>((_, reject) => {
    end = patience(() => reject(new Error('not in time')));
    signal?.addEventListener('abort', () => reject(new Error('the caller has gone')), { once: true });
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    end();
  }
}
