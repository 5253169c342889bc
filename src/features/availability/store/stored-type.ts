import { heldFor, isBookedInTurn, isUnclaimed } from '../claims/claimed-times';
import type { SoldType } from './sold-type';
import { covering, DAY_MS, daysOf, dayOf, keepOnly, replaceDays, SlotWindow } from './slot-windows';
import type { TimeClaim } from '../claims/time-claim';

/** Besides its windows; measured by heap difference. */
const BYTES_EMPTY = 1_500;
const BYTES_WINDOW = 250;
/** Calendars that jump far ahead leave windows behind. */
const WINDOWS_MAX = 6;

/** A stretch of time about which the provider has to be asked again. */
export interface Doubt {
  fromMs: number;
  toMs: number;
  /** A call that began earlier says nothing about it. */
  sinceMs: number;
  /** A call that began earlier may have been answered from the provider's own cache. */
  trustedFromMs: number;
  /** It may be taken: not shown until the provider was asked. */
  isHidden: boolean;
  /** Asked once since, too early to be believed. */
  wasAsked: boolean;
  /** Whose change it comes from: a later one counts instead. */
  subject?: string;
}

/** What is known of one event type's free times. */
export class StoredType {
  windows: SlotWindow[] = [];
  doubts: Doubt[] = [];
  /** Grows with everything that changes an answer. */
  version = 0;
  /** Until then no new call is begun for what can be shown without one. */
  restUntilMs = 0;
  /** The ages of the answers that were shown since something landed, added up. */
  shownMs = 0;

  constructor(readonly type: SoldType) {}

  /** Roughly, in memory. */
  get bytes(): number {
    return this.windows.reduce((sum, { starts }) => sum + starts.byteLength + BYTES_WINDOW, BYTES_EMPTY);
  }

  get isInTurn(): boolean {
    return isBookedInTurn(this.type.eventType);
  }

  /** The windows that say everything about the range, or undefined. */
  windowsFor(fromMs: number, toMs: number): SlotWindow[] | undefined {
    const { fromDay, toDay } = daysOf(fromMs, toMs);
    return covering(this.windows, fromDay, toDay);
  }

  /** @returns false for an answer older than what is known of some of its days: it is thrown away. */
  land(fresh: SlotWindow): boolean {
    const isOlder = this.windows.some(
      (known) => known.askedAtMs > fresh.askedAtMs && known.fromDay < fresh.toDay && known.toDay > fresh.fromDay,
    );
    if (isOlder) return false;
    const today = dayOf(fresh.askedAtMs) - 1;
    this.windows = replaceDays(this.windows, fresh).filter(({ toDay }) => toDay > today);
    if (this.windows.length > WINDOWS_MAX) this.windows = this.windows.filter((window) => window === fresh);
    this.doubts = this.doubts.flatMap((doubt) => settled(doubt, fresh));
    this.version += 1;
    this.shownMs = 0;
    return true;
  }

  /**
   * Whether nobody is left for a start of a type with several hosts, or with seats, when these of its hosts' times are
   * taken. Where that is not certain the provider has to say.
   */
  isFull(taken: TimeClaim[]): boolean {
    const { schedulingType, hosts, seatsPerSlot } = this.type.eventType.definition;
    if (seatsPerSlot !== undefined) return false;
    if (schedulingType !== 'round-robin') return true;
    return hosts.every(({ id }) => taken.some(({ host }) => host === `host ${id}`));
  }

  /** Removes the starts that these claims exclude. */
  remove(claims: TimeClaim[]): void {
    const isKept = (startMs: number): boolean => this.isFree(startMs, claims);
    this.windows = this.windows.map((window) => keepOnly(window, isKept));
    this.version += 1;
  }

  /** Whether this start could be had beside those claims of its hosts. */
  isFree(startMs: number, claims: TimeClaim[]): boolean {
    if (claims.length === 0) return true;
    const { eventType, account } = this.type;
    const endMs = startMs + eventType.lengthMinutes * 60_000;
    return isUnclaimed(heldFor(eventType, account, startMs, endMs), claims);
  }

  doubt(doubt: Doubt): void {
    const { sinceMs, subject } = doubt;
    const kept = this.doubts.filter((other) => other.toMs > sinceMs && !within(other, doubt));
    this.doubts = [...kept, doubt].filter((other) => other === doubt || !subject || other.subject !== subject);
    this.version += 1;
  }

  /** The starts whose time touches [fromMs, toMs), buffers included, are those inside the returned range. */
  startsTouching(fromMs: number, toMs: number): { fromMs: number; toMs: number } {
    const { lengthMinutes, definition } = this.type.eventType;
    return {
      fromMs: fromMs - (lengthMinutes + definition.afterBufferMinutes) * 60_000 + 1,
      toMs: toMs + definition.beforeBufferMinutes * 60_000,
    };
  }
}

function within(inner: Doubt, outer: Doubt): boolean {
  return inner.fromMs >= outer.fromMs && inner.toMs <= outer.toMs && inner.isHidden === outer.isHidden;
}

function settled(doubt: Doubt, { fromDay, toDay, askedAtMs }: SlotWindow): Doubt[] {
  const first = Math.max(doubt.fromMs, askedAtMs);
  const isCovered = fromDay * DAY_MS <= first && toDay * DAY_MS >= doubt.toMs;
  if (!isCovered || askedAtMs < doubt.sinceMs) return [doubt];
  return askedAtMs >= doubt.trustedFromMs ? [] : [{ ...doubt, wasAsked: true }];
}
